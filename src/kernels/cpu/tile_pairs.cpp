// SPDX-License-Identifier: MIT
#include "cpu/tile_pairs.h"

#include "lsk3d/core/parallel.h"

namespace lsk3d {

TilePairs::TilePairs(const PairLists& pairs, std::span<const std::int32_t> offsets, bool transposed,
                     std::int64_t rows, std::int64_t tile)
    : pairs_(pairs),
      offsets_(offsets),
      transposed_(transposed),
      width_(static_cast<std::int64_t>(offsets.size())) {
  const std::int64_t tiles = (rows + tile - 1) / tile;
  bounds_ = Tensor::empty({tiles + 1, width_}, DType::i32);
  std::int32_t* bounds = bounds_.data<std::int32_t>();
  // One walk along each list, a few cache lines at a time while they belong to the same tile:
  // bisection for every tile would miss the cache a dozen times.
  constexpr std::int64_t kStride = 64;
  parallel_for(width_, 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const OffsetPairs all = whole(static_cast<std::size_t>(i));
      std::int64_t at = 0;
      for (std::int64_t t = 0; t < tiles; ++t) {
        while (at + kStride < all.count && all.out[at + kStride] < t * tile) at += kStride;
        while (at < all.count && all.out[at] < t * tile) ++at;
        bounds[t * width_ + i] = static_cast<std::int32_t>(at);
      }
      bounds[tiles * width_ + i] = static_cast<std::int32_t>(all.count);
    }
  });
}

}  // namespace lsk3d
