// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/sparse/point_batch.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

/// Throws UsageError unless points, settings and scale are what voxel_coordinates() takes.
void check_voxel_arguments(const PointBatch& batch, const VoxelSettings& settings, int scale);

}  // namespace lsk3d
