// SPDX-License-Identifier: MIT
// Spatial-wise group convolution (LargeKernel3D, CVPR 2023, arXiv 2206.10555): the offsets of a
// spatial group share one weight, so what they read is summed before it is multiplied.
#pragma once
#include <cstdint>
#include <span>

#include "lsk3d/core/dtype.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// Which offsets share a weight. All of host memory, on every device.
struct OffsetGroups {
  std::span<const std::int32_t>
      offsets;                          // [K] all offsets, group after group, increasing inside one
  std::span<const std::int32_t> start;  // [groups + 1] first of each group within `offsets`
  const Memo* memo = nullptr;           // as that of ActiveWeights
  std::int64_t count() const { return static_cast<std::int64_t>(start.size()) - 1; }
};

/// output[o] = Σ_g ( Σ_(k∈g) Σ_(i,o)∈pairs_k input[i] ) · W[g];  overwritten. With `input_gradient`
/// in and out swap roles in the pairs, W[g] is transposed and `input` is the gradient of the conv's
/// output.
struct SharedConvForwardArgs {
  DType dtype = DType::f32;  // of all arrays: f32 or f64
  PairLists pairs;
  OffsetGroups groups;
  const void* input = nullptr;   // [rows, C_in]; for the input gradient [rows, C_out]
  const void* weight = nullptr;  // [groups, C_in, C_out]
  void* output = nullptr;        // [output_rows, C_out]; for the input gradient [output_rows, C_in]
  std::int64_t output_rows = 0;
  int c_in = 0, c_out = 0;  // of the weight
  bool input_gradient = false;
};

/// grad_weight[g] = Σ_o ( Σ_(k∈g) Σ_(i,o)∈pairs_k input[i] )ᵀ · grad_output[o]; overwritten.
struct SharedConvWeightGradArgs {
  DType dtype = DType::f32;
  PairLists pairs;
  OffsetGroups groups;
  const void* input = nullptr;        // [rows_in, C_in]
  const void* grad_output = nullptr;  // [rows_out, C_out]
  void* grad_weight = nullptr;        // [groups, C_in, C_out]
  std::int64_t rows_out = 0;
  int c_in = 0, c_out = 0;
};

struct SharedConvKernels {
  void (*forward)(const SharedConvForwardArgs&) = nullptr;
  void (*weight_grad)(const SharedConvWeightGradArgs&) = nullptr;
};

}  // namespace lsk3d
