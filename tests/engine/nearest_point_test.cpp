// SPDX-License-Identifier: MIT
#include "nearest_point.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

using Point = std::array<float, 3>;

std::size_t by_trying_all(const std::vector<Point>& points, const Point& p) {
  std::size_t nearest = 0;
  float best = INFINITY;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float dx = points[i][0] - p[0], dy = points[i][1] - p[1], dz = points[i][2] - p[2];
    const float distance = dx * dx + dy * dy + dz * dz;
    if (distance < best) best = distance, nearest = i;
  }
  return nearest;
}

TEST(NearestPoint, IsTheOneThatTryingAllFinds) {
  for (const bool on_a_lattice : {false, true}) {  // a lattice has many points equally near
    Rng rng(on_a_lattice ? 1 : 2);
    const auto draw = [&] {
      Point p;
      for (float& c : p) {
        c = rng.uniform(-10, 10);
        if (on_a_lattice) c = std::round(c);
      }
      return p;
    };
    for (std::size_t count : {1u, 63u, 64u, 65u, 1024u, 1500u, 40000u}) {  // boxes of boxes of boxes
      std::vector<Point> points;
      NearestPoint nearest;
      for (std::size_t i = 0; i < count; ++i) {
        points.push_back(draw());
        nearest.add(points[i][0], points[i][1], points[i][2]);
      }
      EXPECT_EQ(nearest.size(), count);
      for (int i = 0; i < 200; ++i) {
        Point p = draw();
        if (i % 2) p[0] += 40;  // far outside
        EXPECT_EQ(nearest(p), by_trying_all(points, p)) << count << " points, query " << i;
      }
    }
  }
}

TEST(NearestPoint, FarAwayTheDistancesMayOverflow) {
  NearestPoint nearest;
  nearest.add(0, 0, 0);
  nearest.add(1, 0, 0);
  EXPECT_EQ(nearest({1e30f, 0, 0}), 0u);
}

TEST(NearestPoint, OfNoneIsABug) { EXPECT_THROW(NearestPoint()({0, 0, 0}), InternalError); }

}  // namespace
}  // namespace lsk3d
