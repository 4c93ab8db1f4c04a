// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "device/memory.h"

namespace lsk3d::cuda {

/// Where find_voxels() writes, GPU memory with room for n voxels.
struct VoxelTarget {
  std::int32_t* coordinates;    // [n, 4] batch, x, y, z, sorted; null: not wanted
  std::int64_t* start;          // [n + 1]
  std::int32_t *order, *index;  // [n] rows by voxel, voxel of each row
  std::uint32_t* count;         // V
};

/// How many bits the coordinates take that are at least 0, batch, x, y, z: 62 in all at most.
struct CoordinateBits {
  int of[4];
  __host__ __device__ int all() const { return of[0] + of[1] + of[2] + of[3]; }
  /// Whether they hold a number of this axis.
  __host__ __device__ bool hold(int axis, std::int32_t v) const {
    return static_cast<std::uint32_t>(v) >> of[axis] == 0;
  }
};

constexpr std::int32_t kNowhere = 0x7fffffff;  // as a batch: such rows sort last

/// Distinct voxels of i32 [n, 4] on the GPU, any int32 coordinates, n < 2^31, and the rows in each:
/// what VoxelGrid::build makes on the CPU. Waits for nothing. With `bits`, which hold all rows that
/// are not nowhere (else the order is wrong), a third of the work.
void find_voxels(const std::int32_t* coordinates, std::int64_t n, const VoxelTarget& target,
                 const CoordinateBits* bits = nullptr);

/// The same in memory of its own, sized for the V that there are.
struct UniqueVoxels {
  std::int64_t count = 0;             // V
  Buffer<std::int32_t> coordinates;   // [V, 4]
  Buffer<std::int64_t> start;         // [V + 1]
  Buffer<std::int32_t> order, index;  // [N]
};

/// Waits for the GPU once, to learn V.
UniqueVoxels unique_voxels(const std::int32_t* coordinates, std::int64_t n);

}  // namespace lsk3d::cuda
