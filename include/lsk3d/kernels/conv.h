// SPDX-License-Identifier: MIT
// Sparse convolution over pair lists: the work behind submanifold, strided and inverse convs.
#pragma once
#include <cstdint>
#include <span>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// Pairs (in, out) of all offsets of a kernel map, by offset: offset k owns the entries
/// [offset_start[k], offset_start[k+1]) of `in` and `out`; both increase within an offset.
struct PairLists {
  std::span<const std::int64_t> offset_start;  // [K + 1]
  const std::int32_t* in = nullptr;            // rows of the input features
  const std::int32_t* out = nullptr;           // rows of the output features
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
};

/// out[o] += Σ_k Σ_(i,o)∈pairs_k  in[i] · W[k];  W is [K, C_in, C_out]. dgrad is the same call with
/// the roles of in and out swapped and `transpose_weight`: then rows of C_out are read, of C_in
/// written. `output` is overwritten (rows without a pair become 0).
struct ConvForwardArgs {
  DType dtype = DType::f32;  // of all arrays: f32 or f64
  PairLists pairs;
  const void* input = nullptr;   // [rows_in, C_read]
  const void* weight = nullptr;  // [K, C_in, C_out]
  void* output = nullptr;        // [rows_out, C_write]
  std::int64_t rows_in = 0, rows_out = 0;
  int c_in = 0, c_out = 0;  // of the weight, whatever transpose_weight says
  bool transpose_weight = false;
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
  std::int64_t rows_in = 0, rows_out = 0;
  int c_in = 0, c_out = 0;
  ActiveWeights active;
};

struct ConvKernels {
  void (*forward)(const ConvForwardArgs&) = nullptr;
  void (*weight_grad)(const ConvWeightGradArgs&) = nullptr;
};

}  // namespace lsk3d
