// SPDX-License-Identifier: MIT
// The innermost loops of sparse convs and linear layers, compiled once per instruction set
// (AVX2, AVX-512, NEON, …) and chosen when the program runs.
#pragma once
#include <cstdint>

namespace lsk3d {

/// Channels [begin, end) that are read.
struct ChannelRange {
  std::int32_t begin = 0, end = 0;
};

/// For each pair i < count:
///   output[out_rows[i]][0 … columns) += Σ_c input[in_rows[i]][c] · weight[c][0 … columns)
/// with c running over the given ranges. The sum of one pair is formed in registers, in the order of
/// c, and added to the output once: the result does not depend on how pairs are cut into calls.
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
  int columns = 0;
  const ChannelRange* ranges = nullptr;
  int range_count = 0;
  const void* next = nullptr;  // what the next call reads first, never null: fetched while this one computes
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
  // Rows of the next call, [count] at least, or null: fetched while this one computes.
  const std::int32_t* next_left_rows = nullptr;
  const std::int32_t* next_right_rows = nullptr;
};

template <typename T>
struct MicroKernels {
  int lanes = 1;  // elements of one vector
  void (*gather_product)(const GatherProduct<T>&) = nullptr;
  void (*outer_product)(const OuterProduct<T>&) = nullptr;
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
