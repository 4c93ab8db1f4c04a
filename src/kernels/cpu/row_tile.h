// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// Output rows of a tile that stays in the second-level cache while all offsets are walked. A
/// function of the width alone.
inline std::int64_t rows_per_tile(std::int64_t columns, std::size_t element) {
  constexpr std::int64_t kTileBytes = 512 << 10;  // about half of a core's
  return std::clamp<std::int64_t>(
      kTileBytes / (std::max<std::int64_t>(columns, 1) * static_cast<std::int64_t>(element)), 256,
      8192);
}

/// The pairs of one offset whose written row lies in [begin, end): `from` is read, `to` written.
struct PairRange {
  const std::int32_t *from = nullptr, *to = nullptr;
  std::int64_t count = 0;
};

/// `input_gradient`: the out rows of the pairs are read and the in rows written.
inline PairRange pairs_of_rows(const PairLists& pairs, std::int64_t k, bool input_gradient,
                               std::int64_t begin, std::int64_t end) {
  const std::int32_t* from = input_gradient ? pairs.out(k) : pairs.in(k);
  const std::int32_t* to = input_gradient ? pairs.in(k) : pairs.out(k);
  const std::int32_t* last = to + pairs.count(k);
  const std::int32_t* first = std::lower_bound(to, last, begin);
  return {from + (first - to), first, std::lower_bound(first, last, end) - first};
}

}  // namespace lsk3d
