// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/sparse/point_batch.h"
#include "lsk3d/sparse/scale_pyramid.h"

namespace lsk3d {

/// Numbers that describe a point to the network.
inline constexpr int kPointFeatures = 13;

/// f32 [N, 13]: x y z remission; offset from the mean of the points in its voxel; offset from its
/// voxel's lower corner; normal. `finest` is the level of scale 1.
Tensor point_features(const PointBatch& batch, const ScaleLevel& finest,
                      const VoxelSettings& settings);

}  // namespace lsk3d
