// SPDX-License-Identifier: MIT
#include "cpu/active_blocks.h"

#include <algorithm>
#include <numeric>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

int block_count(int channels) { return (channels + kBlockChannels - 1) / kBlockChannels; }

}  // namespace

ActiveBlocks::ActiveBlocks(const ActiveWeights& active, std::int64_t offsets, int c_in, int c_out,
                           bool transposed) {
  const int read = transposed ? c_out : c_in, write = transposed ? c_in : c_out;
  const std::int64_t in_blocks = block_count(c_in);
  std::vector<std::int32_t> candidates;
  if (active.all_offsets) {
    candidates.resize(static_cast<std::size_t>(offsets));
    std::iota(candidates.begin(), candidates.end(), 0);
  } else {
    candidates.assign(active.offsets.begin(), active.offsets.end());
    for (std::int32_t k : candidates)
      LSK3D_ASSERT(k >= 0 && k < offsets, "active offset ", k, " of ", offsets);
  }
  LSK3D_ASSERT(active.block_mask.empty() ||
                   static_cast<std::int64_t>(active.block_mask.size()) == offsets * in_blocks,
               "block mask of ", active.block_mask.size(), " words for ", offsets, " offsets");
  LSK3D_ASSERT(active.block_mask.empty() || block_count(c_out) <= 64, c_out, " output channels");
  first_strip_.push_back(0);
  for (std::int32_t k : candidates) {
    if (active.block_mask.empty()) {
      if (segments_.empty()) segments_.push_back({0, read, (1u << kStripBlocks) - 1});
      strips_.push_back({0, write, 0, 1, /*dense=*/true});
    } else {
      for (int block = 0; block < block_count(write); block += kStripBlocks)
        add_strip(active.block_mask.data() + k * in_blocks, block, read, write, transposed);
    }
    if (strips_.size() == first_strip_.back()) continue;  // every block of it is zero
    offsets_.push_back(k);
    first_strip_.push_back(strips_.size());
  }
}

void ActiveBlocks::add_strip(const std::uint64_t* mask, int block, int read, int write,
                             bool transposed) {
  const int blocks = std::min(kStripBlocks, block_count(write) - block);
  ColumnStrip strip;
  strip.column = block * kBlockChannels;
  strip.columns = std::min(blocks * kBlockChannels, write - strip.column);
  strip.first_segment = static_cast<std::int32_t>(segments_.size());
  for (int i = 0; i < block_count(read); ++i) {
    std::uint32_t bits = 0;
    for (int j = 0; j < blocks; ++j) {
      const bool set =
          transposed ? (mask[block + j] >> i & 1) != 0 : (mask[i] >> (block + j) & 1) != 0;
      bits |= static_cast<std::uint32_t>(set) << j;
    }
    if (bits == 0) continue;
    const int begin = i * kBlockChannels, end = std::min(begin + kBlockChannels, read);
    if (strip.segment_count > 0 && segments_.back().end == begin && segments_.back().blocks == bits)
      segments_.back().end = end;  // one longer segment
    else {
      segments_.push_back({begin, end, bits});
      ++strip.segment_count;
    }
  }
  if (strip.segment_count == 0) return;
  strip.dense = strip.segment_count == 1 && segments_.back().blocks == (1u << blocks) - 1;
  strips_.push_back(strip);
}

}  // namespace lsk3d
