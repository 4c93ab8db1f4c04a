// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "device/memory.h"

namespace lsk3d::cuda {

/// Distinct voxels and the rows in each: on the GPU what VoxelGrid::build makes on the CPU.
struct UniqueVoxels {
  std::int64_t count = 0;             // V
  Buffer<std::int32_t> coordinates;   // [V, 4] batch, x, y, z, sorted
  Buffer<std::int64_t> start;         // [V + 1]
  Buffer<std::int32_t> order, index;  // [N] rows by voxel, voxel of each row
};

/// Of i32 [n, 4] on the GPU, any int32 coordinates, n < 2^31. Waits for the GPU once, to learn V.
UniqueVoxels unique_voxels(const std::int32_t* coordinates, std::int64_t n);

}  // namespace lsk3d::cuda
