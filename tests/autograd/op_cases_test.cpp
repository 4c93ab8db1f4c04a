// SPDX-License-Identifier: MIT
// What holds for every differentiable op.
#include "ops/op_cases.h"

#include <gtest/gtest.h>

#include "lsk3d/autograd/gradient_check.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::op_cases;
using testing_support::OpCase;
using testing_support::random_tensor;
using testing_support::same_bits;

/// The output, then the gradient of each input, for a random gradient of the output.
std::vector<Tensor> run(const OpCase& c, DType dtype) {
  std::vector<Variable> inputs;
  for (const Tensor& t : c.inputs) inputs.emplace_back(t.to(dtype), true);
  Tape tape;
  const Variable y = c.run(inputs);
  tape.backward(y, random_tensor(y.shape(), 99, dtype));
  std::vector<Tensor> results{y.value()};
  for (const Variable& input : inputs) results.push_back(input.grad());
  return results;
}

TEST(EveryOp, HasTheGradientThatDifferencesShow) {
  for (const OpCase& c : op_cases(12, 3)) {
    const GradientCheck check = check_gradients(c.run, c.inputs);
    EXPECT_TRUE(check.ok) << c.name << ": " << check.message;
  }
}

TEST(EveryOp, ComputesInFloatWhatItDoesInDouble) {
  for (const OpCase& c : op_cases(5000, 7)) {
    const auto wanted = run(c, DType::f64), found = run(c, DType::f32);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      EXPECT_LE(distance(found[i], wanted[i]), c.f32_tolerance)
          << c.name << (i ? ": gradient of input " + std::to_string(i - 1) : ": output");
  }
}

TEST(EveryOp, GivesTheSameBitsOnAnyNumberOfThreads) {
  const int before = num_threads();
  for (const OpCase& c : op_cases(5000, 7)) {
    set_num_threads(1);
    const auto one = run(c, DType::f32);
    for (int threads : {2, 3}) {
      set_num_threads(threads);
      const auto more = run(c, DType::f32);
      for (std::size_t i = 0; i < one.size(); ++i)
        EXPECT_TRUE(same_bits(one[i], more[i])) << c.name << " on " << threads << " threads, " << i;
    }
  }
  set_num_threads(before);
}

TEST(EveryOp, RecordsNothingWithoutATape) {
  for (const OpCase& c : op_cases(12, 3)) {
    std::vector<Variable> inputs;
    for (const Tensor& t : c.inputs) inputs.emplace_back(t, true);
    EXPECT_FALSE(c.run(inputs).requires_grad()) << c.name;
    Tape tape;
    {
      NoGrad no_grad;
      EXPECT_FALSE(c.run(inputs).requires_grad()) << c.name;
    }
    for (Variable& v : inputs) v = Variable(v.value(), false);
    EXPECT_FALSE(c.run(inputs).requires_grad()) << c.name;
    EXPECT_EQ(tape.size(), 0u) << c.name;
  }
}

TEST(EveryOp, GivesGradientsOnlyToInputsThatWantThem) {
  for (const OpCase& c : op_cases(12, 3))
    for (std::size_t wanted = 0; wanted < c.inputs.size(); ++wanted) {
      std::vector<Variable> inputs;
      for (std::size_t i = 0; i < c.inputs.size(); ++i)
        inputs.emplace_back(c.inputs[i], i == wanted);
      Tape tape;
      tape.backward(c.run(inputs));
      for (std::size_t i = 0; i < inputs.size(); ++i)
        EXPECT_EQ(inputs[i].grad().defined(), i == wanted) << c.name << ", input " << i;
    }
}

}  // namespace
}  // namespace lsk3d
