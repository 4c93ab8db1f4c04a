// SPDX-License-Identifier: MIT
#include "nearest_point.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::size_t kRun = 64;     // points of a box of the lowest level
constexpr std::size_t kFanOut = 16;  // boxes of a box above
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

void NearestPoint::add(float x, float y, float z) {
  const std::array<float, 3> p{x, y, z};
  std::size_t points = kRun;  // of a box
  for (std::vector<Box>& boxes : levels_) {
    if (x_.size() % points == 0) boxes.push_back({p, p});
    Box& box = boxes.back();
    for (std::size_t a = 0; a < 3; ++a) {
      box.low[a] = std::min(box.low[a], p[a]);
      box.high[a] = std::max(box.high[a], p[a]);
    }
    points *= kFanOut;
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

/// The distance to some point near p: from the top down, that of the nearest box each time.
float NearestPoint::some_near_distance(const std::array<float, 3>& p) const {
  std::size_t begin = 0, end = levels_.back().size();
  for (std::size_t level = kLevels; level-- > 0;) {
    const std::vector<Box>& boxes = levels_[level];
    std::size_t nearest = begin;
    float least = kInfinity;
    for (std::size_t b = begin; b < end; ++b)
      if (const float d = distance_to_box(boxes[b], p); d < least) least = d, nearest = b;
    const std::size_t below = level > 0 ? kFanOut : kRun;
    begin = nearest * below;
    end = std::min(begin + below, level > 0 ? levels_[level - 1].size() : x_.size());
  }
  float best = kInfinity;
  for (std::size_t i = begin; i < end; ++i) best = std::min(best, distance(i, p));
  return best;
}

/// Looks through boxes [begin, end) of a level, in order, so that the first of equals is found.
void NearestPoint::search(std::size_t level, std::size_t begin, std::size_t end,
                          const std::array<float, 3>& p, Found& found) const {
  for (std::size_t b = begin; b < end; ++b) {
    if (distance_to_box(levels_[level][b], p) >= found.distance) continue;
    if (level > 0) {
      const std::size_t first = b * kFanOut;
      search(level - 1, first, std::min(first + kFanOut, levels_[level - 1].size()), p, found);
      continue;
    }
    for (std::size_t i = b * kRun; i < std::min((b + 1) * kRun, x_.size()); ++i)
      if (const float d = distance(i, p); d < found.distance) found = {i, d};
  }
}

std::size_t NearestPoint::operator()(const std::array<float, 3>& p) const {
  LSK3D_ASSERT(!x_.empty(), "the nearest of no points");
  Found found{0, std::nextafter(some_near_distance(p), kInfinity)};
  search(kLevels - 1, 0, levels_.back().size(), p, found);
  return found.index;
}

}  // namespace lsk3d
