// SPDX-License-Identifier: MIT
#include "lsk3d/ops/batch_norm.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

constexpr const char* kOp = "batch_norm";

void check_settings(const BatchNormSettings& s) {
  require_slope(kOp, s.slope);
  LSK3D_CHECK(s.momentum >= 0 && s.momentum <= 1, UsageError, kOp,
              ": momentum: expected 0 to 1, found ", s.momentum);
  LSK3D_CHECK(s.eps > 0, UsageError, kOp, ": eps: expected a positive number, found ", s.eps);
}

}  // namespace

BatchNormResult batch_norm_forward(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                   Tensor& running_mean, Tensor& running_var,
                                   const BatchNormSettings& settings) {
  check_settings(settings);
  const int channels = require_matrix(kOp, "x", x);
  require_shape(kOp, "weight", weight, {channels}, x);
  require_shape(kOp, "bias", bias, {channels}, x);
  require_shape(kOp, "running_mean", running_mean, {channels}, x);
  require_shape(kOp, "running_var", running_var, {channels}, x);

  const std::int64_t n = x.dim(0);
  const BatchNormKernels& family = kernels(x.device()).batch_norm;
  BatchNormResult result{.y = Tensor::empty(x.shape(), x.dtype(), x.device()),
                         .mean = Tensor::empty({channels}, DType::f64, x.device()),
                         .inv_std = Tensor::empty({channels}, DType::f64, x.device())};
  const BatchNormStatisticsArgs statistics{.dtype = x.dtype(),
                                           .x = x.raw(),
                                           .mean = result.mean.address<double>(),
                                           .inv_std = result.inv_std.address<double>(),
                                           .running_mean = running_mean.raw(),
                                           .running_var = running_var.raw(),
                                           .n = n,
                                           .channels = channels,
                                           .momentum = settings.momentum,
                                           .eps = settings.eps};
  (settings.training && n > 0 ? family.statistics : family.running_statistics)(statistics);
  family.forward({.dtype = x.dtype(),
                  .x = x.raw(),
                  .mean = statistics.mean,
                  .inv_std = statistics.inv_std,
                  .weight = weight.raw(),
                  .bias = bias.raw(),
                  .y = result.y.raw(),
                  .n = n,
                  .channels = channels,
                  .slope = settings.slope});
  return result;
}

BatchNormGrads batch_norm_backward(const Tensor& grad_y, const Tensor& x, const Tensor& weight,
                                   const Tensor& bias, const BatchNormResult& forward,
                                   const BatchNormSettings& settings, bool want_x, bool want_weight,
                                   bool want_bias) {
  check_settings(settings);
  const int channels = require_matrix(kOp, "x", x);
  require_shape(kOp, "grad_y", grad_y, x.shape(), x);
  require_shape(kOp, "weight", weight, {channels}, x);
  require_shape(kOp, "bias", bias, {channels}, x);
  LSK3D_CHECK(forward.mean.defined() && forward.mean.shape() == weight.shape() &&
                  forward.inv_std.defined() && forward.inv_std.shape() == weight.shape() &&
                  forward.mean.device() == x.device() && forward.inv_std.device() == x.device(),
              UsageError, kOp, ": forward: expected the statistics of ", channels,
              " channels on ", to_string(x.device()), "; pass what batch_norm_forward returned");
  BatchNormGrads grads;
  if (want_x) grads.x = Tensor::empty(x.shape(), x.dtype(), x.device());
  if (want_weight) grads.weight = Tensor::empty({channels}, x.dtype(), x.device());
  if (want_bias) grads.bias = Tensor::empty({channels}, x.dtype(), x.device());
  kernels(x.device())
      .batch_norm.backward({.dtype = x.dtype(),
                            .x = x.raw(),
                            .mean = forward.mean.address<double>(),
                            .inv_std = forward.inv_std.address<double>(),
                            .weight = weight.raw(),
                            .bias = bias.raw(),
                            .grad_y = grad_y.raw(),
                            .grad_x = want_x ? grads.x.raw() : nullptr,
                            .grad_weight = want_weight ? grads.weight.raw() : nullptr,
                            .grad_bias = want_bias ? grads.bias.raw() : nullptr,
                            .n = x.dim(0),
                            .channels = channels,
                            .slope = settings.slope,
                            .batch_statistics = settings.training});
  return grads;
}

}  // namespace lsk3d
