// SPDX-License-Identifier: MIT
// A program of somebody else: three voxels in a row under a kernel of 3x3x3.
#include <cstdio>
#include <lsk3d/data/label_map.h>
#include <lsk3d/sparse/kernel_map.h>

int main() {
  const std::vector<std::int32_t> rows{0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0};  // batch, x, y, z
  const auto voxels = lsk3d::VoxelGrid::build(lsk3d::Tensor::from(rows, {3, 4}));
  const auto map = lsk3d::KernelMap::submanifold(voxels.grid, lsk3d::KernelSize::cube(3));
  std::printf("voxels %d, pairs %d, classes %d\n", static_cast<int>(voxels.grid.size()),
              static_cast<int>(map.pair_count()), lsk3d::load_label_map("semantic_kitti").classes());
}
