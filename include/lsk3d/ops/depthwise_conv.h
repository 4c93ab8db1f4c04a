// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"
#include "lsk3d/ops/submanifold_conv.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

/// out [rows_out, C] = Σ_k weight[k] ⊙ in[…] over the map's pairs: each channel has its own kernel.
/// features [rows_in, C] and weight [kz, ky, kx, C] share a dtype (f32 or f64). No bias; always
/// computed in that dtype. Of a `pattern` only the offsets count: its block mask must be empty.
Tensor depthwise_conv_forward(const Tensor& features, const Tensor& weight, const KernelMap& map,
                              const WeightPattern* pattern = nullptr);

struct DepthwiseConvGrads {
  Tensor features, weight;  // undefined where not wanted
};
DepthwiseConvGrads depthwise_conv_backward(const Tensor& grad_output, const Tensor& features,
                                           const Tensor& weight, const KernelMap& map,
                                           const WeightPattern* pattern = nullptr,
                                           bool want_features = true, bool want_weight = true);

}  // namespace lsk3d
