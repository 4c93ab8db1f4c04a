// SPDX-License-Identifier: MIT
#include "lsk3d/ops/linear.h"

#include <gtest/gtest.h>

#include "support/expect_throw.h"

namespace lsk3d {
namespace {

std::vector<float> values(const Tensor& t) {
  const auto s = t.span<float>();
  return {s.begin(), s.end()};
}
using Values = std::vector<float>;

TEST(LinearOp, ByHand) {
  const Tensor x = Tensor::from<float>({1, 2, 3, 4}, {2, 2});
  const Tensor w = Tensor::from<float>({1, 0, 0, 1, 1, -1}, {3, 2});
  const Tensor b = Tensor::from<float>({10, 20, 30}, {3});
  EXPECT_EQ(values(linear_forward(x, w, b)), (Values{11, 22, 29, 13, 24, 29}));
  EXPECT_EQ(values(linear_forward(x, w, {})), (Values{1, 2, -1, 3, 4, -1}));
  const Tensor g = Tensor::from<float>({1, 0, 0, 0, 1, 2}, {2, 3});
  const auto grads = linear_backward(g, x, w);
  EXPECT_EQ(values(grads.x), (Values{1, 0, 2, -1}));
  EXPECT_EQ(values(grads.weight), (Values{1, 2, 3, 4, 6, 8}));
  EXPECT_EQ(values(grads.bias), (Values{1, 1, 2}));
  const auto some = linear_backward(g, x, w, false, true, false);
  EXPECT_FALSE(some.x.defined());
  EXPECT_FALSE(some.bias.defined());
  EXPECT_EQ(values(some.weight), values(grads.weight));
}

TEST(LinearOp, OfNoRow) {
  const Tensor x = Tensor::zeros({0, 2}), w = Tensor::full({3, 2}, 1), b = Tensor::full({3}, 1);
  EXPECT_EQ(linear_forward(x, w, b).shape(), (Shape{0, 3}));
  const auto grads = linear_backward(Tensor::zeros({0, 3}), x, w);
  EXPECT_EQ(values(grads.weight), Values(6, 0));
  EXPECT_EQ(values(grads.bias), Values(3, 0));
}

TEST(LinearOp, RefusesArgumentsThatDoNotFit) {
  const Tensor x = Tensor::zeros({4, 2}), w = Tensor::zeros({3, 2}), b = Tensor::zeros({3});
  LSK3D_EXPECT_THROW(linear_forward(Tensor(), w, b), UsageError, "linear", "x", "undefined");
  LSK3D_EXPECT_THROW(linear_forward(x, Tensor::zeros({3, 3}), b), UsageError, "weight", "[3, 3]");
  LSK3D_EXPECT_THROW(linear_forward(x, Tensor(), b), UsageError, "weight");
  LSK3D_EXPECT_THROW(linear_forward(x, w, Tensor::zeros({2})), UsageError, "bias", "[2]");
  LSK3D_EXPECT_THROW(linear_forward(x, w.to(DType::f64), b), UsageError, "weight", "f64");
  LSK3D_EXPECT_THROW(linear_backward(Tensor::zeros({4, 2}), x, w), UsageError, "grad_y");
}

}  // namespace
}  // namespace lsk3d
