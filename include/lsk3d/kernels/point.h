// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/kernels/segment.h"

namespace lsk3d {

/// out [rows, 13] of the points in each voxel: x y z remission; offset from the voxel's mean (summed
/// in f64); offset from its lower corner; normal.
struct PointFeaturesArgs {
  const float* points = nullptr;         // [rows, 4]
  const float* normals = nullptr;        // [rows, 3]
  SegmentView segments;                  // points by voxel
  const std::int32_t* voxels = nullptr;  // [count, 4] batch, x, y, z
  float min[3] = {}, interval[3] = {};   // of the volume and of a voxel, metres
  float* out = nullptr;
};

struct PointKernels {
  void (*features)(const PointFeaturesArgs&) = nullptr;
};

}  // namespace lsk3d
