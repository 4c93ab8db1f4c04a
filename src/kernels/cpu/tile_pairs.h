// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>

#include "lsk3d/core/tensor.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// Pairs of one offset.
struct OffsetPairs {
  const std::int32_t* in = nullptr;   // rows that are read
  const std::int32_t* out = nullptr;  // rows that are written, increasing
  std::int64_t count = 0;
};

/// Pair lists cut by tiles of written rows.
class TilePairs {
 public:
  /// `offsets`: those to look at. `transposed` swaps what is read and written (input gradient).
  /// `rows` are written, in tiles of `tile`. Both arguments must outlive this.
  TilePairs(const PairLists& pairs, std::span<const std::int32_t> offsets, bool transposed,
            std::int64_t rows, std::int64_t tile);

  /// Pairs of the `i`-th of the offsets that write to tile `t`.
  OffsetPairs at(std::int64_t t, std::size_t i) const {
    const std::int32_t* row =
        bounds_.data<std::int32_t>() + t * width_ + static_cast<std::int64_t>(i);
    const std::int32_t begin = row[0], end = row[width_];
    const OffsetPairs all = whole(i);
    return {all.in + begin, all.out + begin, end - begin};
  }

 private:
  OffsetPairs whole(std::size_t i) const {
    const std::int32_t k = offsets_[i];
    if (transposed_) return {pairs_.out(k), pairs_.in(k), pairs_.count(k)};
    return {pairs_.in(k), pairs_.out(k), pairs_.count(k)};
  }

  PairLists pairs_;
  std::span<const std::int32_t> offsets_;
  bool transposed_ = false;
  std::int64_t width_ = 0;
  Tensor
      bounds_;  // i32 [tiles + 1, offsets]: the first pair that belongs to the tile or a later one
};

}  // namespace lsk3d
