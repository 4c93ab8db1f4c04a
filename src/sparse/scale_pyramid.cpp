// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/scale_pyramid.h"

#include <algorithm>

#include "lsk3d/core/check.h"
#include "lsk3d/sparse/voxelize.h"
#include "topology_on_gpu.h"

namespace lsk3d {
namespace {

std::vector<ScaleLevel> levels_on_cpu(const PointBatch& batch, const VoxelSettings& settings,
                                      const std::vector<WantedScale>& scales, KernelSize kernel) {
  std::vector<ScaleLevel> levels;
  for (const WantedScale& wanted : scales) {
    ScaleLevel& level = levels.emplace_back();
    level.scale = wanted.scale;
    VoxelGrid::Result voxels = VoxelGrid::build(voxel_coordinates(batch, settings, wanted.scale));
    level.grid = std::move(voxels.grid);
    level.points = std::move(voxels.segments);
    if (!wanted.map) continue;
    level.map = KernelMap::submanifold(level.grid, kernel);
    level.coarser = downsample(level.grid, 2).segments;
  }
  return levels;
}

}  // namespace

ScalePyramid build_scale_pyramid(const PointBatch& batch, const VoxelSettings& settings,
                                 const std::vector<int>& scales, KernelSize kernel) {
  int before = 1;
  for (const int scale : scales) {
    LSK3D_CHECK(scale >= before, UsageError, "scales: expected values of at least 1 that do not ",
                "decrease, found ", scale, before > 1 ? str_cat(" after ", before) : "");
    before = scale;
  }

  std::vector<WantedScale> distinct{{1, true}};
  for (const int scale : scales)
    if (scale != distinct.back().scale) distinct.push_back({scale, true});
  const auto count_of_last = std::count(scales.begin(), scales.end(), distinct.back().scale) +
                             (distinct.size() == 1 ? 1 : 0);
  if (count_of_last == 1) distinct.back().map = false;
  const std::vector<ScaleLevel> found = batch.points.defined() && !batch.points.device().is_cpu()
                                            ? levels_on_gpu(batch, settings, distinct, kernel)
                                            : levels_on_cpu(batch, settings, distinct, kernel);

  ScalePyramid pyramid;
  auto level = found.begin();
  pyramid.levels.push_back(*level);
  for (const int scale : scales) {
    if (scale != level->scale) ++level;
    pyramid.levels.push_back(*level);  // levels of equal scale share everything
  }
  pyramid.levels.back().map = {};
  pyramid.levels.back().coarser = {};
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
