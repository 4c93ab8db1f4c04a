// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lsk3d/ops/activation.h"
#include "lsk3d/ops/add.h"
#include "lsk3d/ops/concat.h"
#include "support/expect_throw.h"

namespace lsk3d {
namespace {

std::vector<float> values(const Tensor& t) {
  const auto s = t.span<float>();
  return {s.begin(), s.end()};
}
using Values = std::vector<float>;

Tensor row(std::vector<float> v) {
  const auto n = static_cast<std::int64_t>(v.size());
  return Tensor::from(v, {1, n});
}

TEST(LeakyRelu, ByHand) {
  EXPECT_EQ(values(leaky_relu_forward(row({-2, 0, 3}), 0.5)), (Values{-1, 0, 3}));
  EXPECT_EQ(values(leaky_relu_forward(row({-2, 0, 3}), 0)), (Values{0, 0, 3}));
  EXPECT_EQ(values(leaky_relu_backward(row({7, 7, 7}), row({-1, 0, 3}), 0.5)),
            (Values{3.5, 3.5, 7}));
  EXPECT_EQ(values(add_leaky_relu_forward(row({1, 2}), row({-3, 2}), 0.5)), (Values{-1, 4}));
}

TEST(LeakyRelu, PassesNoGradientThroughTheZerosOfRelu) {
  const Tensor y = leaky_relu_forward(row({-2, 0, -0.0f, 1e-45f}), 0);
  EXPECT_EQ(values(leaky_relu_backward(row({7, 7, 7, 7}), y, 0)), (Values{0, 0, 0, 7}));
}

TEST(LeakyRelu, LetsNotANumberThrough) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(values(leaky_relu_forward(row({nan}), 0.1))[0]));
}

TEST(LeakyRelu, RefusesArgumentsThatDoNotFit) {
  LSK3D_EXPECT_THROW(leaky_relu_forward(row({1}), -0.1), UsageError, "leaky_relu", "slope", "-0.1");
  LSK3D_EXPECT_THROW(leaky_relu_forward(row({1}), NAN), UsageError, "slope");
  LSK3D_EXPECT_THROW(leaky_relu_forward(Tensor::zeros({2}, DType::i32), 0), UsageError, "x", "i32");
  LSK3D_EXPECT_THROW(leaky_relu_backward(row({1}), row({1, 2}), 0), UsageError, "grad_y");
  LSK3D_EXPECT_THROW(add_leaky_relu_forward(row({1}), row({1, 2}), 0), UsageError, "add_leaky_relu",
                     "b", "[1, 1]", "[1, 2]");
}

TEST(Add, ByHand) {
  Tensor a = row({1, 2});
  EXPECT_EQ(values(add_forward(a, row({10, 20}))), (Values{11, 22}));
  EXPECT_EQ(values(a), (Values{1, 2}));
  add_in_place(a, row({10, 20}));
  EXPECT_EQ(values(a), (Values{11, 22}));
  EXPECT_EQ(values(scale_by(a, Tensor::full({}, 2))), (Values{22, 44}));
}

TEST(Add, RefusesArgumentsThatDoNotFit) {
  LSK3D_EXPECT_THROW(add_forward(Tensor(), row({1})), UsageError, "add", "a");
  LSK3D_EXPECT_THROW(add_forward(row({1}), Tensor()), UsageError, "add", "b");
  LSK3D_EXPECT_THROW(add_forward(row({1}), row({1}).to(DType::f64)), UsageError, "b", "f64");
  LSK3D_EXPECT_THROW(scale_by(row({1}), row({1, 2})), UsageError, "factor", "[1, 2]");
  LSK3D_EXPECT_THROW(scale_by(row({1}), Tensor()), UsageError, "factor");
}

TEST(Concat, ByHand) {
  const Tensor a = Tensor::from<float>({1, 2}, {2, 1}),
               b = Tensor::from<float>({3, 4, 5, 6}, {2, 2});
  const Tensor ab = concat_forward({a, b});
  EXPECT_EQ(ab.shape(), (Shape{2, 3}));
  EXPECT_EQ(values(ab), (Values{1, 3, 4, 2, 5, 6}));
  EXPECT_EQ(values(concat_backward(ab, 1, 2)), values(b));
  EXPECT_EQ(values(concat_backward(ab, 0, 1)), values(a));
}

TEST(Concat, RefusesArgumentsThatDoNotFit) {
  LSK3D_EXPECT_THROW(concat_forward({}), UsageError, "concat", "parts");
  LSK3D_EXPECT_THROW(concat_forward({Tensor::zeros({2, 1}), Tensor::zeros({3, 1})}), UsageError,
                     "parts[1]", "[3, 1]");
  LSK3D_EXPECT_THROW(concat_forward({Tensor::zeros({2, 1}), Tensor::zeros({2})}), UsageError,
                     "parts[1]");
  LSK3D_EXPECT_THROW(concat_backward(Tensor::zeros({2, 3}), 2, 2), UsageError, "concat",
                     "2 from 2");
}

}  // namespace
}  // namespace lsk3d
