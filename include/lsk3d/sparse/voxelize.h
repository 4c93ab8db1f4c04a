// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"
#include "lsk3d/sparse/point_batch.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

/// Voxel coordinates i32 [N, 4] (batch, x, y, z) of the points at `scale` >= 1:
/// trunc(G · (p − min) / (max − min)) with G = ceil(grid / scale), evaluated in f32 in that order.
/// Points outside the volume get negative or large coordinates and never alias. Throws DataError on
/// a coordinate that is not finite or does not fit int32.
Tensor voxel_coordinates(const PointBatch& batch, const VoxelSettings& settings, int scale);

}  // namespace lsk3d
