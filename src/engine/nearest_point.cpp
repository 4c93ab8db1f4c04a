// SPDX-License-Identifier: MIT
#include "nearest_point.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::size_t kRun = 64;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

void NearestPoint::add(float x, float y, float z) {
  if (x_.size() % kRun == 0) boxes_.push_back({{x, y, z}, {x, y, z}});
  const std::array<float, 3> p{x, y, z};
  Box& box = boxes_.back();
  for (std::size_t a = 0; a < 3; ++a) {
    box.low[a] = std::min(box.low[a], p[a]);
    box.high[a] = std::max(box.high[a], p[a]);
  }
  x_.push_back(x), y_.push_back(y), z_.push_back(z);
}

float NearestPoint::distance(std::size_t i, const std::array<float, 3>& p) const {
  const float dx = x_[i] - p[0], dy = y_[i] - p[1], dz = z_[i] - p[2];
  return dx * dx + dy * dy + dz * dz;
}

/// Never above the distance to a point in the box, rounded or not: every operation is monotonous.
float NearestPoint::distance_to_box(const Box& box, const std::array<float, 3>& p) const {
  std::array<float, 3> d;
  for (std::size_t a = 0; a < 3; ++a)
    d[a] = std::max({box.low[a] - p[a], p[a] - box.high[a], 0.0f});
  return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

std::size_t NearestPoint::operator()(const std::array<float, 3>& p) const {
  LSK3D_ASSERT(!x_.empty(), "the nearest of no points");
  const auto end_of = [&](std::size_t box) { return std::min((box + 1) * kRun, x_.size()); };
  // A good bound first, from the nearest box.
  std::size_t start = 0;
  float least = kInfinity;
  for (std::size_t b = 0; b < boxes_.size(); ++b)
    if (const float d = distance_to_box(boxes_[b], p); d < least) least = d, start = b;
  float best = kInfinity;
  for (std::size_t i = start * kRun; i < end_of(start); ++i) best = std::min(best, distance(i, p));
  // Then all in order, so that the first of equals is found.
  best = std::nextafter(best, kInfinity);
  std::size_t nearest = start * kRun;
  for (std::size_t b = 0; b < boxes_.size(); ++b) {
    if (distance_to_box(boxes_[b], p) >= best) continue;
    for (std::size_t i = b * kRun; i < end_of(b); ++i)
      if (const float d = distance(i, p); d < best) best = d, nearest = i;
  }
  return nearest;
}

}  // namespace lsk3d
