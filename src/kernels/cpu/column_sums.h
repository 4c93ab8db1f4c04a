// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "lsk3d/core/parallel.h"

namespace lsk3d {

/// Rows of one chunk: about as many as the second-level cache holds, so that a second look at them
/// is cheap. A function of the width alone.
inline std::int64_t rows_per_chunk(std::int64_t channels) {
  return std::clamp<std::int64_t>((std::int64_t{1} << 15) / std::max<std::int64_t>(channels, 1), 64,
                                  2048);
}

/// Rows added up in the element type before the sum moves on to double.
constexpr std::int64_t kRowsPerBlock = 8;

/// sums[0 … 2·channels) += over rows [begin, end) of what add_row(row, a, b) adds to its two
/// arrays of `channels` elements: plain sums over a few rows at a time, carried on in double.
template <typename T, typename F>
void add_column_sums(std::int64_t begin, std::int64_t end, std::int64_t channels,
                     std::vector<T>& block, double* sums, F add_row) {
  block.resize(static_cast<std::size_t>(2 * channels));
  T* a = block.data();
  T* b = a + channels;
  for (std::int64_t first = begin; first < end; first += kRowsPerBlock) {
    std::fill(block.begin(), block.end(), T{0});
    const std::int64_t last = std::min(first + kRowsPerBlock, end);
    for (std::int64_t r = first; r < last; ++r) add_row(r, a, b);
    for (std::int64_t c = 0; c < 2 * channels; ++c) sums[c] += static_cast<double>(a[c]);
  }
}

}  // namespace lsk3d
