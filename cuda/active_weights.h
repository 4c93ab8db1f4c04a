// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "device/memory.h"
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

constexpr int kBlockChannels = 16;  // of a block of weights that may be zero

/// Which 16×16 blocks of the weights are non-zero, as kernels ask.
struct BlockMask {
  const std::uint64_t* words;  // [K, in_blocks], or null: all are
  int in_blocks;

  /// Channels `in` and `out` are of the weight's [C_in, C_out].
  __device__ bool has(std::int64_t k, int in, int out) const {
    return !words || (words[k * in_blocks + in / kBlockChannels] >> (out / kBlockChannels) & 1) != 0;
  }
};

/// ActiveWeights on the GPU.
class DeviceActiveWeights {
 public:
  DeviceActiveWeights(const ActiveWeights& active, std::int64_t offsets, int c_in)
      : in_blocks_((c_in + kBlockChannels - 1) / kBlockChannels) {
    std::vector<std::int32_t> computed(active.offsets.begin(), active.offsets.end());
    if (active.all_offsets) {
      computed.clear();
      for (std::int64_t k = 0; k < offsets; ++k) computed.push_back(static_cast<std::int32_t>(k));
    }
    std::vector<std::uint8_t> flags(static_cast<std::size_t>(offsets), 0);
    for (const std::int32_t k : computed) flags[static_cast<std::size_t>(k)] = 1;
    offsets_ = Buffer<std::int32_t>(std::span<const std::int32_t>(computed));
    flags_ = Buffer<std::uint8_t>(std::span<const std::uint8_t>(flags));
    if (!active.block_mask.empty()) words_ = Buffer<std::uint64_t>(active.block_mask);
  }

  const std::int32_t* offsets() const { return offsets_.data(); }  // increasing
  int count() const { return static_cast<int>(offsets_.size()); }
  const std::uint8_t* flags() const { return flags_.data(); }  // [K] 1 where computed
  BlockMask mask() const { return {words_.data(), in_blocks_}; }

 private:
  int in_blocks_;
  Buffer<std::int32_t> offsets_;
  Buffer<std::uint8_t> flags_;
  Buffer<std::uint64_t> words_;
};

}  // namespace lsk3d::cuda
