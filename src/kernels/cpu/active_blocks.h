// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "cpu/micro_kernel.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d {

/// What is non-zero in the weights of a conv, as lists to walk: per offset, strips of written
/// channels with the read channels they need. A dense offset is one strip with one segment.
class ActiveBlocks {
 public:
  /// `transposed` reads C_out and writes C_in (input gradient).
  ActiveBlocks(const ActiveWeights& active, std::int64_t offsets, int c_in, int c_out,
               bool transposed = false);

  /// Offsets with any work, increasing.
  std::span<const std::int32_t> offsets() const { return offsets_; }
  /// Strips of the `i`-th of offsets().
  std::span<const ColumnStrip> strips(std::size_t i) const {
    return {strips_.data() + first_strip_[i], first_strip_[i + 1] - first_strip_[i]};
  }
  /// All segments, which strips index.
  const ChannelSegment* segments() const { return segments_.data(); }
  std::span<const ChannelSegment> segments(const ColumnStrip& strip) const {
    return {segments_.data() + strip.first_segment, static_cast<std::size_t>(strip.segment_count)};
  }

 private:
  /// Adds the strip of written blocks [block, block + 4), unless all of it is zero. `mask` holds
  /// one word per C_in block of an offset.
  void add_strip(const std::uint64_t* mask, int block, int read, int write, bool transposed);

  std::vector<std::int32_t> offsets_;
  std::vector<std::size_t> first_strip_;
  std::vector<ColumnStrip> strips_;
  std::vector<ChannelSegment> segments_;
};

}  // namespace lsk3d
