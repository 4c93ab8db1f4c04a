// SPDX-License-Identifier: MIT
#include "cpu/active_blocks.h"

#include <algorithm>
#include <numeric>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr int kBlock = 16;

int block_count(int channels) { return (channels + kBlock - 1) / kBlock; }

/// Ranges of read channels whose blocks with written block `j` are set; neighbours are merged.
template <typename IsSet>
std::vector<ChannelRange> ranges_of(int read_channels, IsSet is_set) {
  std::vector<ChannelRange> ranges;
  for (int i = 0; i < block_count(read_channels); ++i) {
    if (!is_set(i)) continue;
    const int begin = i * kBlock, end = std::min(begin + kBlock, read_channels);
    if (!ranges.empty() && ranges.back().end == begin) ranges.back().end = end;
    else ranges.push_back({begin, end});
  }
  return ranges;
}

bool equal(const std::vector<ChannelRange>& a, const ChannelRange* b, int count) {
  if (static_cast<int>(a.size()) != count) return false;
  for (int i = 0; i < count; ++i)
    if (a[static_cast<std::size_t>(i)].begin != b[i].begin ||
        a[static_cast<std::size_t>(i)].end != b[i].end)
      return false;
  return true;
}

}  // namespace

ActiveBlocks::ActiveBlocks(const ActiveWeights& active, std::int64_t offsets, int c_in, int c_out,
                           bool transposed) {
  const int read = transposed ? c_out : c_in, write = transposed ? c_in : c_out;
  const std::int64_t in_blocks = block_count(c_in);
  if (active.all_offsets) {
    offsets_.resize(static_cast<std::size_t>(offsets));
    std::iota(offsets_.begin(), offsets_.end(), 0);
  } else {
    offsets_.assign(active.offsets.begin(), active.offsets.end());
    for (std::int32_t k : offsets_)
      LSK3D_ASSERT(k >= 0 && k < offsets, "active offset ", k, " of ", offsets);
  }
  LSK3D_ASSERT(active.block_mask.empty() ||
                   static_cast<std::int64_t>(active.block_mask.size()) == offsets * in_blocks,
               "block mask of ", active.block_mask.size(), " words for ", offsets, " offsets");
  LSK3D_ASSERT(active.block_mask.empty() || block_count(c_out) <= 64, c_out, " output channels");
  block_start_.push_back(0);
  std::vector<std::int32_t> with_work;
  for (std::int32_t k : offsets_) {
    if (active.block_mask.empty()) {
      if (ranges_.empty()) ranges_.push_back({0, read});
      blocks_.push_back({0, write, 0, 1});
    } else {
      const std::uint64_t* mask = active.block_mask.data() + k * in_blocks;
      for (int j = 0; j < block_count(write); ++j) {
        const auto ranges = ranges_of(read, [&](int i) {
          return transposed ? (mask[j] >> i & 1) != 0 : (mask[i] >> j & 1) != 0;
        });
        if (ranges.empty()) continue;
        const int column = j * kBlock, columns = std::min(kBlock, write - column);
        const bool first = blocks_.size() == block_start_.back();
        if (!first && blocks_.back().column + blocks_.back().columns == column &&
            equal(ranges, ranges_.data() + blocks_.back().first_range,
                  blocks_.back().range_count)) {
          blocks_.back().columns += columns;
          continue;
        }
        blocks_.push_back({column, columns, static_cast<std::int32_t>(ranges_.size()),
                           static_cast<std::int32_t>(ranges.size())});
        ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
      }
    }
    if (blocks_.size() == block_start_.back()) continue;  // every block of it is zero
    with_work.push_back(k);
    block_start_.push_back(blocks_.size());
  }
  offsets_ = std::move(with_work);
}

}  // namespace lsk3d
