// SPDX-License-Identifier: MIT
#include <cmath>
#include <numbers>

#include "augment.h"

namespace lsk3d {
namespace {

/// Calls f(x, y, z) with references to the coordinates of every point.
template <typename F>
void for_each_point(WorkingScan& scan, F&& f) {
  float* p = scan.points.data<float>();
  for (std::int64_t i = 0; i < scan.size(); ++i, p += 4) f(p[0], p[1], p[2]);
}

}  // namespace

void rotate(WorkingScan& scan, Rng& rng) {
  const double angle = rng.uniform64() * 2 * std::numbers::pi;
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  for_each_point(scan, [=](float& x, float& y, float&) {
    const float turned = c * x - s * y;
    y = s * x + c * y;
    x = turned;
  });
}

void flip(WorkingScan& scan, Rng& rng) {
  const std::uint64_t kind = rng.below(4);
  const bool flip_x = kind & 1, flip_y = kind & 2;
  for_each_point(scan, [=](float& x, float& y, float&) {
    if (flip_x) x = -x;
    if (flip_y) y = -y;
  });
}

void scale(WorkingScan& scan, double low, double high, Rng& rng) {
  const auto factor = static_cast<float>(low + (high - low) * rng.uniform64());
  for_each_point(scan, [=](float& x, float& y, float&) { x *= factor, y *= factor; });
}

void translate(WorkingScan& scan, double std, Rng& rng) {
  const auto width = static_cast<float>(std);
  const float dx = width * rng.normal(), dy = width * rng.normal(), dz = width * rng.normal();
  for_each_point(scan, [=](float& x, float& y, float& z) { x += dx, y += dy, z += dz; });
}

void tilt(WorkingScan& scan, double std, Rng& rng) {
  const double radians = std * std::numbers::pi / 180;
  const double roll = radians * rng.normal(), pitch = radians * rng.normal();
  const auto cr = static_cast<float>(std::cos(roll)), sr = static_cast<float>(std::sin(roll));
  const auto cp = static_cast<float>(std::cos(pitch)), sp = static_cast<float>(std::sin(pitch));
  for_each_point(scan, [=](float& x, float& y, float& z) {
    const float rolled = sr * y + cr * z;
    y = cr * y - sr * z;
    z = cp * rolled - sp * x;
    x = cp * x + sp * rolled;
  });
}

void jitter(WorkingScan& scan, double std, Rng& rng) {
  const auto width = static_cast<float>(std);
  for_each_point(scan, [&](float& x, float& y, float& z) {
    x += width * rng.normal();
    y += width * rng.normal();
    z += width * rng.normal();
  });
}

}  // namespace lsk3d
