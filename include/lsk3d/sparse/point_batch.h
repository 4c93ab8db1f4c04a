// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Points of one or several scans, concatenated: what the model sees.
struct PointBatch {
  Tensor points;       // f32 [N, 4] x, y, z in metres, remission
  Tensor normals;      // f32 [N, 3]
  Tensor batch_index;  // i32 [N], which scan of the batch a point belongs to, non-decreasing
  std::int32_t batch_size = 1;

  std::int64_t size() const { return points.dim(0); }
  /// The same points on another device.
  PointBatch to(Device device) const {
    return {points.to(device), normals.to(device), batch_index.to(device), batch_size};
  }
};

}  // namespace lsk3d
