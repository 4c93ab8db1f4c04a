// SPDX-License-Identifier: MIT
// The pair lists of a kernel map where the GPU reads them.
#pragma once
#include <cstdint>
#include <vector>

#include "device/memory.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

/// A copy of pair lists in GPU memory, all rows in one block; lists that share memory share it there
/// too. Made once per kernel map. The GPU's conv kernels take the view: a span in host memory, as on
/// the CPU, whose lists point to GPU memory.
class DevicePairs {
 public:
  explicit DevicePairs(const PairLists& host);
  /// Takes over rows that are on the GPU already; `lists` point into them.
  DevicePairs(Buffer<std::int32_t> rows, std::vector<PairList> lists)
      : rows_(std::move(rows)), lists_(std::move(lists)) {}

  /// Valid while this lives and stays where it is.
  PairLists pairs() const { return {.lists = lists_, .memo = &memo_}; }
  /// Memory of the rows on the GPU.
  std::int64_t bytes() const { return rows_.size() * static_cast<std::int64_t>(sizeof(std::int32_t)); }

 private:
  Buffer<std::int32_t> rows_;
  std::vector<PairList> lists_;  // [K]
  Memo memo_;
};

/// starts [tiles + 1, offsets]: first pair of each offset whose written row is >= t · tile_rows; the
/// input gradient writes in rows. What a tile needs lies side by side. `lists` are on the GPU.
Buffer<std::int32_t> tile_starts(const PairList* lists, std::int64_t offsets, std::int64_t tiles,
                                 std::int64_t tile_rows, bool input_gradient);

}  // namespace lsk3d::cuda
