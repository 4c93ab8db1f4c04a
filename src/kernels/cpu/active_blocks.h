// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/micro_kernel.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// Written channels [column, column + columns) of one offset that depend on the same read channels.
struct ActiveBlock {
  std::int32_t column = 0, columns = 0;
  std::int32_t first_range = 0, range_count = 0;
};

/// What is non-zero in the weights of a conv, as lists to walk: per offset, groups of written channels
/// with the ranges of read channels they need. A dense offset is one group with one range.
class ActiveBlocks {
 public:
  /// `transposed` reads C_out and writes C_in (input gradient).
  ActiveBlocks(const ActiveWeights& active, std::int64_t offsets, int c_in, int c_out,
               bool transposed = false);

  /// Offsets with any work, increasing.
  std::span<const std::int32_t> offsets() const { return offsets_; }
  /// Groups of the `i`-th of offsets().
  std::span<const ActiveBlock> blocks(std::size_t i) const {
    return {blocks_.data() + block_start_[i], block_start_[i + 1] - block_start_[i]};
  }
  const ChannelRange* ranges(const ActiveBlock& block) const {
    return ranges_.data() + block.first_range;
  }

 private:
  std::vector<std::int32_t> offsets_;
  std::vector<std::size_t> block_start_;
  std::vector<ActiveBlock> blocks_;
  std::vector<ChannelRange> ranges_;
};

}  // namespace lsk3d
