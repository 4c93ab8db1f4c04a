// SPDX-License-Identifier: MIT
#pragma once

namespace lsk3d {

/// The LiDAR as a range image: one row per elevation, one column per heading (MODEL §6).
struct SensorSettings {
  float fov_up = 3, fov_down = -25;  // degrees above the horizon of the first and the last row
  int rows = 64, columns = 900;
  float height = 1.73f;  // metres above the ground

  bool operator==(const SensorSettings&) const = default;
};

}  // namespace lsk3d
