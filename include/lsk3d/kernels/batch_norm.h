// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// mean [C] and inv_std [C] (1 / √(biased variance + eps)) of the columns of x [n, C], always f64;
/// then running = (1 − momentum) · running + momentum · batch (unbiased variance; n >= 1).
struct BatchNormStatisticsArgs {
  DType dtype = DType::f32;  // of x and the running statistics: f32 or f64
  const void* x = nullptr;
  double* mean = nullptr;
  double* inv_std = nullptr;
  void* running_mean = nullptr;  // [C], updated
  void* running_var = nullptr;   // [C], updated
  std::int64_t n = 0;
  int channels = 0;
  double momentum = 0.1, eps = 1e-5;
};

/// y = leaky_relu((x − mean) · inv_std · weight + bias).
struct BatchNormForwardArgs {
  DType dtype = DType::f32;  // of x, weight, bias, y
  const void* x = nullptr;
  const double* mean = nullptr;
  const double* inv_std = nullptr;
  const void* weight = nullptr;
  const void* bias = nullptr;
  void* y = nullptr;
  std::int64_t n = 0;
  int channels = 0;
  double slope = 1;  // of LeakyReLU, >= 0; 1: none
};

/// Gradients of the above; the activation's mask is computed anew from x. Each gradient may be null
/// (not wanted). `batch_statistics`: mean and inv_std came from x, so that grad_x has their part.
struct BatchNormBackwardArgs {
  DType dtype = DType::f32;
  const void* x = nullptr;
  const double* mean = nullptr;
  const double* inv_std = nullptr;
  const void* weight = nullptr;
  const void* bias = nullptr;
  const void* grad_y = nullptr;
  void* grad_x = nullptr;
  void* grad_weight = nullptr;
  void* grad_bias = nullptr;
  std::int64_t n = 0;
  int channels = 0;
  double slope = 1;
  bool batch_statistics = true;
};

struct BatchNormKernels {
  void (*statistics)(const BatchNormStatisticsArgs&) = nullptr;
  /// mean and inv_std from the running statistics, which stay as they are; x is not read.
  void (*running_statistics)(const BatchNormStatisticsArgs&) = nullptr;
  void (*forward)(const BatchNormForwardArgs&) = nullptr;
  void (*backward)(const BatchNormBackwardArgs&) = nullptr;
};

}  // namespace lsk3d
