// SPDX-License-Identifier: MIT
#include "lsk3d/data/range_image.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lsk3d {
namespace {

/// floor(value) held to [0, size); NaN gives 0.
int held(float value, int size) {
  if (!(value > 0)) return 0;
  return value < static_cast<float>(size) ? static_cast<int>(value) : size - 1;
}

}  // namespace

RangeImage project_to_range(const Tensor& points, const SensorSettings& sensor) {
  const std::int64_t n = points.dim(0), stride = points.dim(1);
  const int h = sensor.rows, w = sensor.columns;
  RangeImage image{.sensor = sensor,
                   .depth = Tensor::full({h, w}, RangeImage::kEmpty),
                   .nearest = Tensor::full({h, w}, -1, DType::i32),
                   .pixel = Tensor::empty({n}, DType::i32)};
  constexpr float kPi = std::numbers::pi_v<float>;
  const float down = -sensor.fov_down / 180 * kPi;
  const float fov = down + sensor.fov_up / 180 * kPi;
  const float* p = points.data<float>();
  float* depth = image.depth.data<float>();
  std::int32_t* nearest = image.nearest.data<std::int32_t>();
  std::int32_t* pixel = image.pixel.data<std::int32_t>();
  for (std::int64_t i = 0; i < n; ++i, p += stride) {
    const float range = std::sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
    const float yaw = -std::atan2(p[1], p[0]);
    const float pitch = range > 0 ? std::asin(std::clamp(p[2] / range, -1.0f, 1.0f)) : 0;
    const int x = held(0.5f * (yaw / kPi + 1) * static_cast<float>(w), w);
    const int y = held((1 - (pitch + down) / fov) * static_cast<float>(h), h);
    const int at = y * w + x;
    pixel[i] = at;
    if (range > 0 && (nearest[at] < 0 || range < depth[at])) {
      depth[at] = range;
      nearest[at] = static_cast<std::int32_t>(i);
    }
  }
  return image;
}

}  // namespace lsk3d
