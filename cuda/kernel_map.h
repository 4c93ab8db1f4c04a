// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>

#include "pair_lists.h"
#include "voxel_hash_map.h"

namespace lsk3d::cuda {

/// Extents of a kernel, z slowest: offset index k = (kz · y + ky) · x + kx. Odd.
struct KernelExtents {
  int z = 1, y = 1, x = 1;
  int volume() const { return z * y * x; }
};

/// The pairs of a submanifold map under the offsets after the centre: out voxel o meets in voxel
/// o + k − K/2. The other half is the same with in and out swapped, and the centre is the identity.
/// In the order of the CPU's KernelMap::submanifold.
class HalfMap {
 public:
  /// Counts pairs into totals [K / 2], zeros before. `coordinates` i32 [capacity, 4] (batch, x, y, z)
  /// on the GPU hold *voxels rows, distinct and sorted, a number that the GPU alone knows; both
  /// outlive this. Waits for nothing.
  HalfMap(const std::int32_t* coordinates, const std::uint32_t* voxels, std::int64_t capacity,
          KernelExtents kernel, std::uint32_t* totals);

  /// Writes the rows of all pairs, offset after offset; `first` [K / 2]: where each begins.
  void write(std::span<const std::int64_t> first, std::int32_t* in, std::int32_t* out);

 private:
  const std::uint32_t* voxels_;
  std::int64_t tiles_;
  KernelExtents kernel_;
  VoxelHashMap map_;
  Buffer<std::uint32_t> before_;  // [K / 2, tiles] pairs before each tile of voxels
};

/// rows[i] = i.
void write_identity(std::int32_t* rows, std::int64_t count);

/// Pair lists of a submanifold map over `count` voxels. Waits for the GPU once, to learn how many
/// pairs there are.
DevicePairs submanifold_pairs(const std::int32_t* coordinates, std::int64_t count, KernelExtents kernel);

}  // namespace lsk3d::cuda
