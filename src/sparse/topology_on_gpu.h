// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/sparse/scale_pyramid.h"

namespace lsk3d {

/// A scale, and whether its kernel map and coarser voxels are wanted.
struct WantedScale {
  int scale;
  bool map;
};

/// The levels of a batch that is on a GPU, equal to what the CPU would find.
std::vector<ScaleLevel> levels_on_gpu(const PointBatch& batch, const VoxelSettings& settings,
                                      const std::vector<WantedScale>& scales, KernelSize kernel);

}  // namespace lsk3d
