// SPDX-License-Identifier: MIT
// Depth-wise sparse convolution: one number per offset and channel, no mixing of channels.
#pragma once
#include <cstdint>

#include "lsk3d/core/dtype.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// output[o] = Σ_k Σ_(i,o)∈pairs_k  input[i] ⊙ weight[k];  overwritten (rows without a pair become
/// 0). With `input_gradient` in and out swap roles in the pairs, and `input` is the gradient of the
/// conv's output. `active` names offsets alone: its block mask is empty.
struct DepthwiseForwardArgs {
  DType dtype = DType::f32;  // of all arrays: f32 or f64
  PairLists pairs;
  const void* input = nullptr;   // [rows, C]
  const void* weight = nullptr;  // [K, C]
  void* output = nullptr;        // [output_rows, C]
  std::int64_t output_rows = 0;
  int channels = 0;
  bool input_gradient = false;
  ActiveWeights active;
};

/// grad_weight[k] = Σ_(i,o)∈pairs_k  input[i] ⊙ grad_output[o]; overwritten. Inactive offsets
/// become 0.
struct DepthwiseWeightGradArgs {
  DType dtype = DType::f32;
  PairLists pairs;
  const void* input = nullptr;        // [rows_in, C]
  const void* grad_output = nullptr;  // [rows_out, C]
  void* grad_weight = nullptr;        // [K, C]
  int channels = 0;
  ActiveWeights active;
};

struct DepthwiseConvKernels {
  void (*forward)(const DepthwiseForwardArgs&) = nullptr;
  void (*weight_grad)(const DepthwiseWeightGradArgs&) = nullptr;
};

}  // namespace lsk3d
