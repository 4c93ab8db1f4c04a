// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// y [n, c_out] = x [n, c_in] · Wᵀ + b, W [c_out, c_in] as PyTorch's Linear; b may be null.
struct LinearForwardArgs {
  DType dtype = DType::f32;  // f32 or f64
  const void* x = nullptr;
  const void* weight = nullptr;
  const void* bias = nullptr;  // [c_out] or null
  void* y = nullptr;
  std::int64_t n = 0;
  int c_in = 0, c_out = 0;
};

/// grad_x = grad_y · W, grad_weight = grad_yᵀ · x, grad_bias = column sums; each may be null
/// (not wanted); all overwritten.
struct LinearBackwardArgs {
  DType dtype = DType::f32;
  const void* x = nullptr;
  const void* weight = nullptr;
  const void* grad_y = nullptr;
  void* grad_x = nullptr;
  void* grad_weight = nullptr;
  void* grad_bias = nullptr;
  std::int64_t n = 0;
  int c_in = 0, c_out = 0;
};

struct LinearKernels {
  void (*forward)(const LinearForwardArgs&) = nullptr;
  void (*backward)(const LinearBackwardArgs&) = nullptr;
};

}  // namespace lsk3d
