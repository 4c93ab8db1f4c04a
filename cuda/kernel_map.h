// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "pair_lists.h"

namespace lsk3d::cuda {

/// Extents of a kernel, z slowest: offset index k = (kz · y + ky) · x + kx. Odd.
struct KernelExtents {
  int z = 1, y = 1, x = 1;
  int volume() const { return z * y * x; }
};

/// Pair lists of a submanifold conv: out voxel o meets in voxel o + k − K/2, for i32 [count, 4]
/// (batch, x, y, z) on the GPU, distinct and sorted. The same lists in the same order as the CPU's
/// KernelMap::submanifold. Half of the offsets is searched for and stored, the other half is the same
/// memory with in and out swapped. Waits for the GPU once, to learn how many pairs there are.
DevicePairs submanifold_pairs(const std::int32_t* coordinates, std::int64_t count, KernelExtents kernel);

}  // namespace lsk3d::cuda
