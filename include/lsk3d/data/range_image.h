// SPDX-License-Identifier: MIT
// A scan seen from its sensor: one row per beam angle, one column per heading.
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Size in pixels and vertical field of view in degrees (MODEL §6).
struct RangeImageSettings {
  int height = 64, width = 900;
  float fov_up = 3, fov_down = -25;
};

struct RangeImage {
  static constexpr float kEmpty = -1;  // depth of a pixel that no point fell into
  RangeImageSettings settings;
  Tensor depth;    // f32 [height, width], metres
  Tensor nearest;  // i32 [height, width], row of the nearest point of each pixel; -1: none
  Tensor pixel;    // i32 [N], y · width + x of each point
};

/// Projects points f32 [N, >= 3]. The column follows yaw = −atan2(y, x), the row the pitch; points
/// above or below the field of view fall into the first or last row. The nearest point wins a
/// pixel, of equally near ones the first.
RangeImage project_to_range(const Tensor& points, const RangeImageSettings& settings = {});

}  // namespace lsk3d
