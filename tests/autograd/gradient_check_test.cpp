// SPDX-License-Identifier: MIT
#include "lsk3d/autograd/gradient_check.h"

#include <gtest/gtest.h>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/autograd/tape.h"
#include "support/expect_throw.h"
#include "support/random_tensor.h"

namespace lsk3d {
namespace {

using testing_support::random_tensor;

/// x, with a gradient that is off by `factor` in its third element.
Variable wrong(const Variable& x, double factor) {
  Variable y(x.value().clone(), x.requires_grad());
  if (!Tape::current()) return y;
  Tape::current()->record([=] {
    Tensor g = y.grad().clone();
    g.data<double>()[2] *= factor;
    x.accumulate(g);
  });
  return y;
}

TEST(GradientCheck, FindsAWrongElement) {
  const Tensor x = random_tensor({4}, 1);
  const auto check =
      check_gradients([](const std::vector<Variable>& in) { return wrong(in[0], 1.001); }, {x});
  EXPECT_FALSE(check.ok);
  EXPECT_GT(check.worst, 1e-5);
  EXPECT_NE(check.message.find("input 0, element 2"), std::string::npos) << check.message;
}

TEST(GradientCheck, FindsAGradientThatIsNotANumber) {
  const auto check = check_gradients(
      [](const std::vector<Variable>& in) { return wrong(in[0], NAN); }, {random_tensor({4}, 1)});
  EXPECT_FALSE(check.ok);
}

TEST(GradientCheck, FindsAGradientThatIsMissing) {
  const auto check = check_gradients(
      [](const std::vector<Variable>& in) {
        return add(in[0], Variable(in[1].value()));  // cuts the second one off
      },
      {random_tensor({4}, 1), random_tensor({4}, 2)});
  EXPECT_FALSE(check.ok);
  EXPECT_NE(check.message.find("input 1"), std::string::npos) << check.message;
}

TEST(GradientCheck, PassesARightOneAndLeavesTheInputsAlone) {
  const Tensor x = random_tensor({4}, 1), before = x.clone();
  const auto check = check_gradients(
      [](const std::vector<Variable>& in) { return leaky_relu(add(in[0], in[0]), 0.3); }, {x});
  EXPECT_TRUE(check.ok) << check.message;
  EXPECT_LT(check.worst, 1e-7);
  EXPECT_TRUE(testing_support::same_bits(x, before));
}

TEST(GradientCheck, WantsDoubles) {
  LSK3D_EXPECT_THROW(
      check_gradients([](const std::vector<Variable>& in) { return in[0]; }, {Tensor::zeros({2})}),
      UsageError, "input 0", "f64");
}

}  // namespace
}  // namespace lsk3d
