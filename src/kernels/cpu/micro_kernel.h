// SPDX-License-Identifier: MIT
// The innermost loops of sparse convs and linear layers, compiled once per instruction set
// (AVX2, AVX-512, NEON, …) and chosen when the program runs.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lsk3d {

/// Weights are zero or not in blocks of 16 × 16 channels; four blocks of written channels make a
/// strip.
inline constexpr int kBlockChannels = 16, kStripBlocks = 4;

/// Read channels [begin, end) and the blocks of a strip that need them, one bit each.
struct ChannelSegment {
  std::int32_t begin = 0, end = 0;
  std::uint32_t blocks = 0;
};

/// Written channels [column, column + columns). Where `dense`, its one segment concerns all of
/// them, and there may be more than a strip's 64.
struct ColumnStrip {
  std::int32_t column = 0, columns = 0;
  std::int32_t first_segment = 0, segment_count = 0;
  bool dense = true;
};

/// For each pair i < count and each written channel j of the strips:
///   output[out_rows[i]][j] += Σ_c input[in_rows[i]][c] · weight[c][j]
/// with c running over the segments that concern j. The sum of one pair is formed in registers, in
/// the order of c, and added to the output once: the result does not depend on how pairs are cut
/// into calls.
template <typename T>
struct GatherProduct {
  const std::int32_t* in_rows = nullptr;   // [count]
  const std::int32_t* out_rows = nullptr;  // [count], distinct
  std::int64_t count = 0;
  const T* input = nullptr;
  std::int64_t input_stride = 0;
  const T* weight = nullptr;  // rows padded to whole vectors (see MicroKernels::lanes)
  std::int64_t weight_stride = 0;
  T* output = nullptr;
  std::int64_t output_stride = 0;
  const ColumnStrip* strips = nullptr;
  std::size_t strip_count = 0;
  const ChannelSegment* segments = nullptr;
  // What the next call will use, fetched while this one computes: weights, and rows of its first
  // pairs. None of it is required.
  const T* next_weight = nullptr;
  std::int64_t next_weight_bytes = 0;
  const std::int32_t* next_in_rows = nullptr;
  const std::int32_t* next_out_rows = nullptr;
  std::int64_t next_count = 0;
};

/// sum[c][j] += Σ_i left[left_rows[i]][c] · right[right_rows[i]][j]  for c < left_columns and
/// j < right_columns, i in order. right_columns and the strides of right and sum are whole vectors.
template <typename T>
struct OuterProduct {
  const std::int32_t* left_rows = nullptr;
  const std::int32_t* right_rows = nullptr;
  std::int64_t count = 0;
  const T* left = nullptr;
  std::int64_t left_stride = 0;
  const T* right = nullptr;
  std::int64_t right_stride = 0;
  T* sum = nullptr;
  std::int64_t sum_stride = 0;
  int left_columns = 0, right_columns = 0;
  // Rows of the next call, fetched while this one computes. Not required.
  const std::int32_t* next_left_rows = nullptr;
  const std::int32_t* next_right_rows = nullptr;
  std::int64_t next_count = 0;
};

template <typename T>
struct MicroKernels {
  int lanes = 1;  // elements of one vector
  void (*gather_product)(const GatherProduct<T>&) = nullptr;
  void (*outer_product)(const OuterProduct<T>&) = nullptr;
  /// to[c · to_stride + r] = from[r · columns + c] for r < rows and c < columns.
  void (*transpose)(const T* from, int rows, int columns, T* to, std::int64_t to_stride) = nullptr;
};

/// The table for the best instruction set of this machine. T is float or double.
template <typename T>
const MicroKernels<T>& micro_kernels();

/// `columns` rounded up to whole vectors.
template <typename T>
int padded_columns(int columns) {
  const int lanes = micro_kernels<T>().lanes;
  return (columns + lanes - 1) / lanes * lanes;
}

}  // namespace lsk3d
