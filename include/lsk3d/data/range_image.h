// SPDX-License-Identifier: MIT
// A scan seen from its sensor: one row per beam angle, one column per heading.
#pragma once
#include "lsk3d/core/tensor.h"
#include "lsk3d/models/sensor_settings.h"

namespace lsk3d {

struct RangeImage {
  static constexpr float kEmpty = -1;  // depth of a pixel that no point fell into
  SensorSettings sensor;
  Tensor depth;    // f32 [rows, columns], metres
  Tensor nearest;  // i32 [rows, columns], row of the nearest point of each pixel; -1: none
  Tensor pixel;    // i32 [N], row · columns + column of each point
};

/// Projects points f32 [N, >= 3]. The column follows yaw = −atan2(y, x), the row the pitch; points
/// above or below the field of view fall into the first or last row. The nearest point wins a
/// pixel, of equally near ones the first.
RangeImage project_to_range(const Tensor& points, const SensorSettings& sensor = {});

}  // namespace lsk3d
