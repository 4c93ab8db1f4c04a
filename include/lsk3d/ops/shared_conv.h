// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"
#include "lsk3d/sparse/kernel_map.h"
#include "lsk3d/sparse/spatial_partition.h"

namespace lsk3d {

/// Spatial-wise group convolution (LargeKernel3D, section 3.2): out [rows_out, C_out] = Σ_g W[g]
/// Σ_(k∈g) in[…] over the map's pairs, one weight for all offsets of a spatial group. features
/// [rows_in, C_in] and weight [parts, parts, parts, C_in, C_out] share a dtype (f32 or f64). No
/// bias; always computed in that dtype. The paper's position embedding, a bias per offset inside a
/// group, is left out.
Tensor shared_conv_forward(const Tensor& features, const Tensor& weight, const KernelMap& map,
                           const SpatialPartition& partition);

struct SharedConvGrads {
  Tensor features, weight;  // undefined where not wanted
};
SharedConvGrads shared_conv_backward(const Tensor& grad_output, const Tensor& features,
                                     const Tensor& weight, const KernelMap& map,
                                     const SpatialPartition& partition, bool want_features = true,
                                     bool want_weight = true);

}  // namespace lsk3d
