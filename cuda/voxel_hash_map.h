// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "device/memory.h"

namespace lsk3d::cuda {

/// What kernels need to look voxels up: any sign, any int32 extent. A slot is 64 bits, half of the
/// voxel's hash and its row + 1, or 0: a look-up that finds nothing reads no coordinates, and one that
/// finds its hash compares the whole voxel, so that voxels never alias.
struct VoxelHashView {
  using Slot = unsigned long long;
  const std::int32_t* coordinates;  // [V, 4] batch, x, y, z
  Slot* slots;
  std::uint64_t mask;

  /// Every bit of the voxel reaches all bits (finalisers of SplitMix64).
  __device__ static std::uint64_t hash(const std::int32_t (&v)[4]) {
    const auto word = [](std::int32_t high, std::int32_t low) {
      return std::uint64_t{static_cast<std::uint32_t>(high)} << 32 | static_cast<std::uint32_t>(low);
    };
    const auto mix = [](std::uint64_t h) {
      h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
      h = (h ^ h >> 27) * 0x94d049bb133111ebu;
      return h ^ h >> 31;
    };
    return mix(mix(word(v[0], v[1]) + 0x9e3779b97f4a7c15u) + word(v[2], v[3]));
  }

  /// The row of a voxel, -1 where it is not in the map.
  __device__ std::int32_t find(const std::int32_t (&v)[4]) const {
    const std::uint64_t h = hash(v);
    for (std::uint64_t at = h & mask;; at = (at + 1) & mask) {
      const Slot slot = slots[at];
      if (slot == 0) return -1;
      if (slot >> 32 != h >> 32) continue;
      const auto row = static_cast<std::int32_t>(slot & 0xffffffffu) - 1;
      const std::int32_t* found = coordinates + std::int64_t{row} * 4;
      if (found[0] == v[0] && found[1] == v[1] && found[2] == v[2] && found[3] == v[3]) return row;
    }
  }
};

/// Row of each voxel of an i32 [V, 4] table of distinct voxels on the GPU, which must outlive this.
/// Open addressing, linear probing, at most half full. Where a voxel's slot is depends on chance, what
/// find() gives does not.
class VoxelHashMap {
 public:
  /// Of the first *count rows, a number on the GPU; at most `capacity`.
  VoxelHashMap(const std::int32_t* coordinates, const std::uint32_t* count, std::int64_t capacity);
  VoxelHashView view() { return {coordinates_, slots_.data(), static_cast<std::uint64_t>(slots_.size() - 1)}; }

 private:
  const std::int32_t* coordinates_;
  Buffer<VoxelHashView::Slot> slots_;
};

}  // namespace lsk3d::cuda
