// SPDX-License-Identifier: MIT
// Innermost loops that keep channels apart, compiled once per instruction set (AVX2, AVX-512, NEON,
// …) and chosen when the program runs.
#pragma once
#include <cstdint>

namespace lsk3d {

/// For each pair i < count, in order: output[out_rows[i]] += input[in_rows[i]] ⊙ weight; rows of
/// `channels` elements. A null weight is 1. Out rows may repeat.
template <typename T>
struct RowsAdded {
  const std::int32_t* in_rows = nullptr;   // [count]
  const std::int32_t* out_rows = nullptr;  // [count]
  std::int64_t count = 0;
  const T* input = nullptr;
  const T* weight = nullptr;  // [channels] or null
  T* output = nullptr;
  std::int64_t channels = 0;
};

/// sum += Σ_i left[left_rows[i]] ⊙ right[right_rows[i]], i in order; rows of `channels` elements.
template <typename T>
struct RowProducts {
  const std::int32_t* left_rows = nullptr;   // [count]
  const std::int32_t* right_rows = nullptr;  // [count]
  std::int64_t count = 0;
  const T* left = nullptr;
  const T* right = nullptr;
  T* sum = nullptr;  // [channels]
  std::int64_t channels = 0;
};

template <typename T>
struct ChannelRowKernels {
  void (*add)(const RowsAdded<T>&) = nullptr;
  void (*sum_products)(const RowProducts<T>&) = nullptr;
};

/// The table for the best instruction set of this machine. T is float or double.
template <typename T>
const ChannelRowKernels<T>& channel_row_kernels();

}  // namespace lsk3d
