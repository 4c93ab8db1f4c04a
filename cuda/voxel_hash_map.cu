// SPDX-License-Identifier: MIT
#include "voxel_hash_map.h"

#include <algorithm>
#include <bit>

#include "device/launch.h"

namespace lsk3d::cuda {
namespace {

__global__ void insert_kernel(VoxelHashView map, const std::uint32_t* voxels) {
  using Slot = VoxelHashView::Slot;
  const std::int64_t count = *voxels;
  for (std::int64_t row = first_item(); row < count; row += item_step()) {
    const std::int32_t* from = map.coordinates + row * 4;
    const std::int32_t voxel[4] = {from[0], from[1], from[2], from[3]};
    const std::uint64_t hash = VoxelHashView::hash(voxel);
    const Slot slot = hash >> 32 << 32 | static_cast<Slot>(row + 1);
    std::uint64_t at = hash & map.mask;
    while (atomicCAS(map.slots + at, Slot{0}, slot) != 0) at = (at + 1) & map.mask;
  }
}

}  // namespace

VoxelHashMap::VoxelHashMap(const std::int32_t* coordinates, const std::uint32_t* count,
                           std::int64_t capacity)
    : coordinates_(coordinates),
      slots_(static_cast<std::int64_t>(
          std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(2 * capacity, 2))))) {
  slots_.zero();
  launch(insert_kernel, blocks_for(capacity), kThreads, 0, current_stream(), view(), count);
}

}  // namespace lsk3d::cuda
