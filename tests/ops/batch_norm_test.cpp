// SPDX-License-Identifier: MIT
#include "lsk3d/ops/batch_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect_throw.h"
#include "support/random_tensor.h"

namespace lsk3d {
namespace {

using testing_support::random_tensor;
using testing_support::same_bits;

TEST(BatchNormOp, ByHand) {
  const Tensor x = Tensor::from<double>({1, 10, 3, 10}, {2, 2});  // variances 1 and 0
  const Tensor weight = Tensor::from<double>({2, 3}, {2}),
               bias = Tensor::from<double>({1, -4}, {2});
  Tensor mean = Tensor::from<double>({1, 1}, {2}), var = Tensor::from<double>({4, 4}, {2});
  const auto r = batch_norm_forward(x, weight, bias, mean, var,
                                    {.training = true, .slope = 0.5, .momentum = 0.25, .eps = 3});
  const double* y = r.y.data<double>();  // (x − 2) / 2 · 2 + 1 and bias alone
  EXPECT_DOUBLE_EQ(y[0], 0);
  EXPECT_DOUBLE_EQ(y[1], -2);
  EXPECT_DOUBLE_EQ(y[2], 2);
  EXPECT_DOUBLE_EQ(y[3], -2);
  EXPECT_DOUBLE_EQ(mean.data<double>()[0], 0.75 * 1 + 0.25 * 2);
  EXPECT_DOUBLE_EQ(mean.data<double>()[1], 0.75 * 1 + 0.25 * 10);
  EXPECT_DOUBLE_EQ(var.data<double>()[0], 0.75 * 4 + 0.25 * 2);  // unbiased: 2 / (2 − 1)
  EXPECT_DOUBLE_EQ(var.data<double>()[1], 0.75 * 4);
}

TEST(BatchNormOp, UsesAndKeepsTheRunningStatisticsInEvaluation) {
  const Tensor x = Tensor::from<double>({5}, {1, 1});
  const Tensor weight = Tensor::from<double>({2}, {1}), bias = Tensor::from<double>({1}, {1});
  Tensor mean = Tensor::from<double>({1}, {1}), var = Tensor::from<double>({3}, {1});
  const auto r = batch_norm_forward(x, weight, bias, mean, var, {.eps = 1});
  EXPECT_DOUBLE_EQ(r.y.item(), 5);
  EXPECT_EQ(mean.item(), 1);
  EXPECT_EQ(var.item(), 3);
}

/// Large means against small deviations, over many rows: the case that ruins Σx² − (Σx)²/n.
TEST(BatchNormOp, HasAccurateStatisticsInFloat) {
  const std::int64_t n = 120000, channels = 5;
  Tensor x = random_tensor({n, channels}, 1, DType::f32);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < channels; ++c) {
      float& v = x.data<float>()[i * channels + c];
      v = 1000.0f * static_cast<float>(c) + v;
      if (i == 0 && c == 1) v = -50000.0f;  // and an outlier first
    }
  const Tensor weight = Tensor::full({channels}, 1), bias = Tensor::zeros({channels});
  Tensor mean = Tensor::zeros({channels}), var = Tensor::zeros({channels});
  const auto r = batch_norm_forward(x, weight, bias, mean, var, {.training = true, .momentum = 1});
  for (std::int64_t c = 0; c < channels; ++c) {
    long double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += x.data<float>()[i * channels + c];
    const long double m = sum / n;
    for (std::int64_t i = 0; i < n; ++i) {
      const long double d = x.data<float>()[i * channels + c] - m;
      squares += d * d;
    }
    const double variance = static_cast<double>(squares / n);
    EXPECT_NEAR(r.mean.data<double>()[c], static_cast<double>(m),
                1e-8 + 1e-9 * std::abs(double(m)));
    EXPECT_NEAR(r.inv_std.data<double>()[c] * std::sqrt(variance + 1e-5), 1, 4 * 1.2e-7);
    EXPECT_NEAR(var.data<float>()[c], variance * n / (n - 1), 1e-6 * variance);
  }
}

TEST(BatchNormOp, OfNoRowOrOneStaysFinite) {
  for (std::int64_t n : {0, 1}) {
    const Tensor x = Tensor::full({n, 2}, 3), weight = Tensor::full({2}, 1);
    const Tensor bias = Tensor::full({2}, 7);
    Tensor mean = Tensor::zeros({2}), var = Tensor::full({2}, 1);
    const BatchNormSettings settings{.training = true};
    const auto r = batch_norm_forward(x, weight, bias, mean, var, settings);
    EXPECT_EQ(r.y.shape(), x.shape());
    for (float y : r.y.span<float>()) EXPECT_EQ(y, 7);
    for (float v : var.span<float>()) EXPECT_EQ(v, n ? 0.9f : 1.0f);
    const auto grads = batch_norm_backward(x, x, weight, bias, r, settings);
    for (const Tensor& g : {grads.x, grads.weight})
      for (float v : g.span<float>()) EXPECT_EQ(v, 0);
    for (float v : grads.bias.span<float>()) EXPECT_EQ(v, n ? 3 : 0);
  }
}

TEST(BatchNormOp, WantedGradientsDoNotDependOnEachOther) {
  const Tensor x = random_tensor({50, 3}, 1), grad = random_tensor({50, 3}, 2);
  const Tensor weight = random_tensor({3}, 3), bias = random_tensor({3}, 4);
  Tensor mean = Tensor::zeros({3}, DType::f64), var = Tensor::full({3}, 1, DType::f64);
  for (bool training : {false, true}) {
    const BatchNormSettings settings{.training = training, .slope = 0.1};
    const auto forward = batch_norm_forward(x, weight, bias, mean, var, settings);
    const auto all = batch_norm_backward(grad, x, weight, bias, forward, settings);
    const auto only_x =
        batch_norm_backward(grad, x, weight, bias, forward, settings, true, false, false);
    const auto only_weight =
        batch_norm_backward(grad, x, weight, bias, forward, settings, false, true, false);
    EXPECT_TRUE(same_bits(all.x, only_x.x));
    EXPECT_FALSE(only_x.weight.defined());
    EXPECT_TRUE(same_bits(all.weight, only_weight.weight));
    EXPECT_FALSE(only_weight.x.defined());
  }
}

TEST(BatchNormOp, RefusesArgumentsThatDoNotFit) {
  const Tensor x = Tensor::zeros({4, 3}), c = Tensor::full({3}, 1);
  Tensor mean = Tensor::zeros({3}), var = Tensor::full({3}, 1), small = Tensor::zeros({2});
  Tensor wide = Tensor::zeros({3}, DType::f64);
  const BatchNormSettings s;
  LSK3D_EXPECT_THROW(batch_norm_forward(Tensor::zeros({4}), c, c, mean, var, s), UsageError,
                     "batch_norm", "x", "[4]");
  LSK3D_EXPECT_THROW(batch_norm_forward(x.to(DType::bf16), c, c, mean, var, s), UsageError, "bf16");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, small, c, mean, var, s), UsageError, "weight", "[2]");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, c, small, mean, var, s), UsageError, "bias");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, c, c, small, var, s), UsageError, "running_mean");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, c, c, mean, wide, s), UsageError, "running_var", "f64");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, c, c, mean, var, {.slope = -0.1}), UsageError, "slope");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, c, c, mean, var, {.momentum = 2}), UsageError,
                     "momentum");
  LSK3D_EXPECT_THROW(batch_norm_forward(x, c, c, mean, var, {.eps = 0}), UsageError, "eps");
  const auto forward = batch_norm_forward(x, c, c, mean, var, s);
  LSK3D_EXPECT_THROW(batch_norm_backward(Tensor::zeros({4, 2}), x, c, c, forward, s), UsageError,
                     "grad_y");
  LSK3D_EXPECT_THROW(batch_norm_backward(x, x, c, c, {}, s), UsageError, "forward");
}

}  // namespace
}  // namespace lsk3d
