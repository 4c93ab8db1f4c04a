// SPDX-License-Identifier: MIT
#include "topology_on_gpu.h"

#include <utility>

#include "kernel_extents.h"
#include "lsk3d/core/check.h"
#include "lsk3d/kernels/topology.h"
#include "lsk3d/sparse/voxelize.h"
#include "voxel_checks.h"

namespace lsk3d {
namespace {

Segments segments_of(FoundSegments& found) {
  return {std::move(found.start), std::move(found.order), std::move(found.index)};
}

}  // namespace

std::vector<ScaleLevel> levels_on_gpu(const PointBatch& batch, const VoxelSettings& settings,
                                      const std::vector<WantedScale>& scales, KernelSize kernel) {
  check_extents("submanifold kernel map", kernel, true);
  TopologyArgs args{.points = batch.points,
                    .batch_index = batch.batch_index,
                    .batch_size = batch.batch_size,
                    .min = settings.min,
                    .max = settings.max,
                    .grid = settings.grid,
                    .scales = {},
                    .kernel = {kernel.z, kernel.y, kernel.x}};
  for (const WantedScale& wanted : scales) {
    check_voxel_arguments(batch, settings, wanted.scale);
    args.scales.push_back({wanted.scale, wanted.map});
  }
  LSK3D_CHECK(batch.batch_index.device() == batch.points.device(), UsageError,
              "voxels: expected batch_index on ", to_string(batch.points.device()),
              " as the points, found it on ", to_string(batch.batch_index.device()),
              "; move the batch with PointBatch::to");
  FoundTopology found = find_topology(args);
  if (found.bad_point >= 0) {  // the CPU finds it too and says what is wrong with it
    const PointBatch host = batch.to(Device::cpu());
    for (const WantedScale& wanted : scales) voxel_coordinates(host, settings, wanted.scale);
  }
  LSK3D_ASSERT(found.levels.size() == scales.size(), "point ", found.bad_point,
               " is wrong on the GPU alone");

  std::vector<ScaleLevel> levels;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    FoundLevel& level = found.levels[i];
    ScaleLevel& made = levels.emplace_back();
    made.scale = scales[i].scale;
    made.grid = VoxelGrid::of_sorted(level.voxels);
    made.points = segments_of(level.points);
    if (!scales[i].map) continue;
    made.coarser = segments_of(level.coarser);
    made.map = KernelMap::of_half(kernel, level.voxels, level.pair_rows, level.identity,
                                  level.pair_counts);
  }
  return levels;
}

}  // namespace lsk3d
