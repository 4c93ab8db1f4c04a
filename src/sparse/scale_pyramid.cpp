// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/scale_pyramid.h"

#include "lsk3d/core/check.h"
#include "lsk3d/sparse/voxelize.h"

namespace lsk3d {

ScalePyramid build_scale_pyramid(const PointBatch& batch, const VoxelSettings& settings,
                                 const std::vector<int>& scales, KernelSize kernel) {
  int before = 1;
  for (const int scale : scales) {
    LSK3D_CHECK(scale >= before, UsageError, "scales: expected values of at least 1 that do not ",
                "decrease, found ", scale, before > 1 ? str_cat(" after ", before) : "");
    before = scale;
  }

  ScalePyramid pyramid;
  for (std::size_t i = 0; i <= scales.size(); ++i) {
    const int scale = i == 0 ? 1 : scales[i - 1];
    const bool last = i == scales.size();
    ScaleLevel level;
    if (i > 0 && scale == pyramid.levels.back().scale) {
      level = pyramid.levels.back();  // shares everything
      if (last) {
        level.map = {};
        level.coarser = {};
      }
    } else {
      level.scale = scale;
      VoxelGrid::Result voxels = VoxelGrid::build(voxel_coordinates(batch, settings, scale));
      level.grid = std::move(voxels.grid);
      level.points = std::move(voxels.segments);
      if (!last) {
        level.map = KernelMap::submanifold(level.grid, kernel);
        level.coarser = downsample(level.grid, 2).segments;
      }
    }
    pyramid.levels.push_back(std::move(level));
  }
  return pyramid;
}

ScalePyramid ScalePyramid::to(Device device) const {
  ScalePyramid moved;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const ScaleLevel& level = levels[i];
    ScaleLevel& copy = moved.levels.emplace_back();
    copy.scale = level.scale;
    // Levels of equal scale share their topology, but for what the last one leaves out.
    const bool shared = i > 0 && levels[i - 1].points.index.same_memory(level.points.index);
    copy.points = shared ? moved.levels[i - 1].points : level.points.to(device);
    copy.map = shared && level.map.same_as(levels[i - 1].map) ? moved.levels[i - 1].map
                                                              : level.map.to(device);
    copy.grid = level.map.defined() ? VoxelGrid::of_sorted(copy.map.voxels()) : level.grid;
    copy.coarser = shared && level.coarser.index.same_memory(levels[i - 1].coarser.index)
                       ? moved.levels[i - 1].coarser
                       : level.coarser.to(device);
  }
  return moved;
}

}  // namespace lsk3d
