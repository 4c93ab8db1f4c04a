// SPDX-License-Identifier: MIT
// Sparse convolution over pair lists: the work behind submanifold, strided and inverse convs.
#pragma once
#include <cstdint>
#include <span>

#include "lsk3d/core/dtype.h"
#include "lsk3d/core/memo.h"

namespace lsk3d {

/// Pairs (in, out) of one offset of a kernel map; both arrays increase.
struct PairList {
  const std::int32_t* in = nullptr;   // [count] rows of the input features
  const std::int32_t* out = nullptr;  // [count] rows of the output features
  std::int64_t count = 0;
};

/// Pairs of all offsets, a view. Lists may share memory: a symmetric map keeps those of one half
/// and hands the mirrored offsets the same arrays with the roles of in and out swapped.
struct PairLists {
  std::span<const PairList> lists;  // [K]
  /// Of a submanifold map: its voxels [rows, 4] batch, x, y, z, sorted, where the lists are. Else
  /// null.
  const std::int32_t* voxels = nullptr;
  /// Where a backend keeps what it derives from these lists, which live as long; null: it derives
  /// that anew each time.
  const Memo* memo = nullptr;

  /// Number of offsets K.
  std::int64_t offsets() const { return static_cast<std::int64_t>(lists.size()); }
  std::int64_t count(std::int64_t k) const { return lists[static_cast<std::size_t>(k)].count; }
  const std::int32_t* in(std::int64_t k) const { return lists[static_cast<std::size_t>(k)].in; }
  const std::int32_t* out(std::int64_t k) const { return lists[static_cast<std::size_t>(k)].out; }
};

/// Which weights are non-zero. Empty spans mean "all": a dense kernel.
struct ActiveWeights {
  /// Offsets that are computed, increasing. Others contribute nothing and receive no gradient.
  std::span<const std::int32_t> offsets;
  bool all_offsets = true;
  /// One bit per (offset, C_in block, C_out block) of 16×16 channels, for all K offsets:
  /// block_mask[(k * in_blocks + i)] has bit j set where block (i, j) of offset k is non-zero
  /// (at most 64 C_out blocks). Empty: every block of an active offset is dense.
  std::span<const std::uint64_t> block_mask;
  /// Where a backend keeps its copy of these; null: it copies them each time.
  const Memo* memo = nullptr;
};

/// output[o] = Σ_k Σ_(i,o)∈pairs_k  input[i] · W[k];  W is [K, C_in, C_out]. With `input_gradient` the
/// roles swap: output[i] = Σ_k Σ_(i,o)∈pairs_k  input[o] · W[k]ᵀ, for the same pairs, so `input` is the
/// gradient of the conv's output. `output` is overwritten (rows without a pair become 0).
struct ConvForwardArgs {
  DType dtype = DType::f32;  // of all arrays: f32 or f64
  PairLists pairs;
  const void* input = nullptr;   // [rows, C_in]; for the input gradient [rows, C_out]
  const void* weight = nullptr;  // [K, C_in, C_out]
  void* output = nullptr;        // [output_rows, C_out]; for the input gradient [output_rows, C_in]
  std::int64_t input_rows = 0, output_rows = 0;
  int c_in = 0, c_out = 0;  // of the weight
  bool input_gradient = false;
  /// Of f32: input and weight are rounded to bfloat16 first, sums are f32. The CPU takes it but for
  /// the input gradient; a GPU for both, but computes in f32 what reads more than 128 channels over
  /// a map that is small or not submanifold.
  bool bf16 = false;
  ActiveWeights active;
};

/// grad_weight[k] = Σ_(i,o)∈pairs_k  input[i]ᵀ · grad_output[o]; overwritten. Inactive offsets and
/// blocks become 0.
struct ConvWeightGradArgs {
  DType dtype = DType::f32;
  PairLists pairs;
  const void* input = nullptr;        // [rows_in, C_in]
  const void* grad_output = nullptr;  // [rows_out, C_out]
  void* grad_weight = nullptr;        // [K, C_in, C_out]
  int c_in = 0, c_out = 0;
  ActiveWeights active;
};

struct ConvKernels {
  void (*forward)(const ConvForwardArgs&) = nullptr;
  void (*weight_grad)(const ConvWeightGradArgs&) = nullptr;
};

}  // namespace lsk3d
