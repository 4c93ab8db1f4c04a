// SPDX-License-Identifier: MIT
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

VoxelGrid::Result downsample(const VoxelGrid& grid, int stride) {
  LSK3D_CHECK(stride >= 1, UsageError, "downsample: expected a stride of at least 1, found ",
              stride);
  Tensor coarse = Tensor::empty({grid.size(), 4}, DType::i32);
  const auto* from = grid.coordinates().data<std::int32_t>();
  auto* to = coarse.data<std::int32_t>();
  parallel_for(grid.size(), 16384, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      to[row * 4] = from[row * 4];
      for (std::int64_t i = row * 4 + 1; i < row * 4 + 4; ++i)
        to[i] = from[i] / stride - (from[i] % stride < 0);  // floor, where C++ rounds to zero
    }
  });
  return VoxelGrid::build(coarse);
}

}  // namespace lsk3d
