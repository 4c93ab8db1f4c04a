// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// out[i] from a[i] and, for functions of two arrays, b[i]; out may be a or b.
struct ElementwiseArgs {
  DType dtype = DType::f32;  // of all arrays: f32 or f64
  const void* a = nullptr;
  const void* b = nullptr;
  void* out = nullptr;
  std::int64_t n = 0;
  double slope = 1;  // of LeakyReLU, >= 0
};

/// to[r, 0 … columns) = from[r, 0 … columns) for each row; strides in elements.
struct CopyColumnsArgs {
  DType dtype = DType::f32;
  const void* from = nullptr;
  void* to = nullptr;
  std::int64_t rows = 0, columns = 0, from_stride = 0, to_stride = 0;
};

struct ElementwiseKernels {
  /// out = a + b
  void (*add)(const ElementwiseArgs&) = nullptr;
  /// out = a > 0 ? a : slope · a
  void (*leaky_relu)(const ElementwiseArgs&) = nullptr;
  /// out = leaky_relu(a + b)
  void (*add_leaky_relu)(const ElementwiseArgs&) = nullptr;
  /// out = a > 0 ? b : slope · b: a is LeakyReLU's output (of the input's sign), b its gradient.
  void (*leaky_relu_backward)(const ElementwiseArgs&) = nullptr;
  /// out = a · b[0]
  void (*scale)(const ElementwiseArgs&) = nullptr;
  void (*copy_columns)(const CopyColumnsArgs&) = nullptr;
};

}  // namespace lsk3d
