// SPDX-License-Identifier: MIT
// All topology of one batch: built once (by a loader worker, say), used by every layer.
#pragma once
#include <vector>

#include "lsk3d/sparse/kernel_map.h"
#include "lsk3d/sparse/point_batch.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

/// One scale: its voxels and which points lie in each.
struct ScaleLevel {
  int scale = 1;
  VoxelGrid grid;
  Segments points;   // points by voxel
  KernelMap map;     // submanifold map of the large kernel (undefined at the last scale)
  Segments coarser;  // this level's voxels by floor(coordinate / 2) (undefined at the last scale)
};

/// Levels at scale 1 and at each entry of `scales`, in that order.
struct ScalePyramid {
  std::vector<ScaleLevel> levels;

  /// The same topology on another device: all that a forward and a backward pass need. The grid of
  /// the last scale, which they do not, stays where it is.
  ScalePyramid to(Device device) const;
};

/// Where the points are: on a GPU the same voxels, segments and maps in the same order as on the CPU,
/// and one wait for it. Throws UsageError unless scales are >= 1 and do not decrease. Equal scales share their topology.
ScalePyramid build_scale_pyramid(const PointBatch& batch, const VoxelSettings& settings,
                                 const std::vector<int>& scales, KernelSize kernel);

}  // namespace lsk3d
