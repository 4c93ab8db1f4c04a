// SPDX-License-Identifier: MIT
#include "lsk3d/autograd/tape.h"

#include <gtest/gtest.h>

#include "lsk3d/autograd/functions.h"
#include "support/expect_throw.h"

namespace lsk3d {
namespace {

Variable vector_of(std::vector<float> values, bool requires_grad = true) {
  const auto n = static_cast<std::int64_t>(values.size());
  return Variable(Tensor::from(values, {n}), requires_grad);
}

std::vector<float> values(const Tensor& t) {
  const auto s = t.span<float>();
  return {s.begin(), s.end()};
}

using Values = std::vector<float>;

TEST(Tape, IsTheRecorderOfItsThreadWhileItLives) {
  EXPECT_EQ(Tape::current(), nullptr);
  {
    Tape outer;
    EXPECT_EQ(Tape::current(), &outer);
    {
      Tape inner;
      EXPECT_EQ(Tape::current(), &inner);
      NoGrad no_grad;
      EXPECT_EQ(Tape::current(), nullptr);
    }
    EXPECT_EQ(Tape::current(), &outer);
  }
  EXPECT_EQ(Tape::current(), nullptr);
}

TEST(Tape, SeedsWithOnesOrWhatItIsGiven) {
  for (bool given : {false, true}) {
    const Variable x = vector_of({-1, 2});
    Tape tape;
    const Variable y = leaky_relu(x, 0.5);
    tape.backward(y, given ? Tensor::from<float>({10, 20}, {2}) : Tensor());
    EXPECT_EQ(values(x.grad()), given ? (Values{5, 20}) : (Values{0.5, 1}));
    EXPECT_EQ(tape.size(), 0u);
  }
}

TEST(Tape, AddsUpTheGradientsOfSeveralUses) {
  const Variable x = vector_of({1, -1});
  Tape tape;
  const Variable a = leaky_relu(x, 0.5), b = add(x, a), c = add(b, x);
  tape.backward(add(c, a));  // 2 x + 2 leaky_relu(x)
  EXPECT_EQ(values(x.grad()), (Values{4, 3}));
}

TEST(Tape, GradientsSharedByASumDoNotLeakIntoEachOther) {
  const Variable a = vector_of({1}), b = vector_of({1});
  Tape tape;
  const Variable sum = add(a, b), more = add(a, sum);  // a twice, b once
  Tensor seed = Tensor::from<float>({3}, {1});
  tape.backward(more, seed);
  EXPECT_EQ(values(a.grad()), Values{6});
  EXPECT_EQ(values(b.grad()), Values{3});
  EXPECT_EQ(values(seed), Values{3});
  b.accumulate(Tensor::from<float>({100}, {1}));
  EXPECT_EQ(values(b.grad()), Values{103});
  EXPECT_EQ(values(a.grad()), Values{6});
  EXPECT_EQ(values(seed), Values{3});
}

TEST(Tape, GradientsOfASharedActivationDoNotLeakEither) {
  const Variable a = vector_of({1, -3}), b = vector_of({1, 1});
  Tape tape;
  tape.backward(add(add_leaky_relu(a, b, 0.5), a));
  EXPECT_EQ(values(a.grad()), (Values{2, 1.5}));
  EXPECT_EQ(values(b.grad()), (Values{1, 0.5}));
}

TEST(Tape, AnotherPassAddsToTheGradientsUntilTheyAreCleared) {
  const Variable x = vector_of({2});
  for (int pass = 1; pass <= 3; ++pass) {
    Tape tape;
    tape.backward(add(x, x));
    EXPECT_EQ(values(x.grad()), Values{2.0f * pass});
  }
  x.clear_grad();
  EXPECT_FALSE(x.grad().defined());
}

TEST(Tape, SeveralLossesMaySeedOneTape) {
  const Variable x = vector_of({1});
  Tape tape;
  const Variable a = leaky_relu(x, 0), b = add(x, x);
  a.accumulate(Tensor::from<float>({10}, {1}));
  tape.backward(b);
  EXPECT_EQ(values(x.grad()), Values{12});
}

TEST(Tape, PassesOverOpsThatNoGradientReached) {
  const Variable x = vector_of({1}), unused = vector_of({1});
  Tape tape;
  const Variable y = add(x, x);
  add(unused, y);
  tape.backward(y);
  EXPECT_FALSE(unused.grad().defined());
  EXPECT_EQ(values(x.grad()), Values{2});
}

TEST(Tape, KeepsNoActivationThatOnlyPassesThrough) {
  const Variable x = vector_of({1, 2, 3});
  Tape tape;
  std::weak_ptr<Gradient> middle;
  Variable y;
  {
    const Variable a = add(x, x);
    middle = a.gradient();
    y = add(a, x);
  }
  EXPECT_FALSE(middle.expired());
  tape.backward(y);
  EXPECT_TRUE(middle.expired());  // its node has run and was let go
}

TEST(Tape, RefusesWhatItCannotStartFrom) {
  const Variable x = vector_of({1, 2});
  Tape tape;
  const Variable y = add(x, x);
  LSK3D_EXPECT_THROW(tape.backward(Variable()), UsageError, "output");
  LSK3D_EXPECT_THROW(tape.backward(vector_of({1}, false)), UsageError, "output");
  LSK3D_EXPECT_THROW(tape.backward(y, Tensor::zeros({3})), UsageError, "seed", "[2]", "[3]");
  LSK3D_EXPECT_THROW(tape.backward(y, Tensor::zeros({2}, DType::f64)), UsageError, "seed", "f64");
}

TEST(Variable, RefusesAGradientOfAnotherShape) {
  EXPECT_THROW(vector_of({1, 2}).accumulate(Tensor::zeros({3})), InternalError);
  EXPECT_THROW(vector_of({1, 2}).accumulate(Tensor::zeros({2}, DType::f64)), InternalError);
}

}  // namespace
}  // namespace lsk3d
