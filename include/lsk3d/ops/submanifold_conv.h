// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

/// The non-zero pattern of one conv's weights as the kernels want it (see ActiveWeights). Made by
/// sparsity, null for a dense layer.
struct WeightPattern {
  std::vector<std::int32_t> offsets;      // active offsets, increasing
  std::vector<std::uint64_t> block_mask;  // [K · ceil(C_in/16)], or empty
  Memo memo = {};                         // a pattern in use does not change
  ActiveWeights view() const {
    return {.offsets = offsets, .all_offsets = false, .block_mask = block_mask, .memo = &memo};
  }
};

/// out [rows_out, C_out] = Σ_k W[k] in[…] over the map's pairs. features [rows_in, C_in] and
/// weight [kz, ky, kx, C_in, C_out] share a dtype (f32 or f64). No bias. Works with any KernelMap:
/// submanifold, strided or transposed.
Tensor sparse_conv_forward(const Tensor& features, const Tensor& weight, const KernelMap& map,
                           const WeightPattern* pattern = nullptr);

struct SparseConvGrads {
  Tensor features;  // undefined where not wanted
  Tensor weight;
};
SparseConvGrads sparse_conv_backward(const Tensor& grad_output, const Tensor& features,
                                     const Tensor& weight, const KernelMap& map,
                                     const WeightPattern* pattern = nullptr,
                                     bool want_features = true, bool want_weight = true);

}  // namespace lsk3d
