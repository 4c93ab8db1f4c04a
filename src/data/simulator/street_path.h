// SPDX-License-Identifier: MIT
// The line the street follows. Street coordinates: u metres along it (nearly), v metres to its
// left.
#pragma once
#include <array>
#include <cstdint>

#include "simulator/vec3.h"

namespace lsk3d::simulator {

/// A point in the world, too far away for floats.
struct WorldPoint {
  double x = 0, y = 0, z = 0;
};

class StreetPath {
 public:
  StreetPath(std::uint64_t seed, int sequence);

  /// z is that of the road's crown.
  WorldPoint at(double u, double v) const;
  /// Direction of travel in the plane, radians counter-clockwise from world x.
  double heading(double u) const;
  /// Rise over run along the street.
  double grade(double u) const;
  /// Half the width of the road.
  float half_width(double u) const;
  /// Rise over run of the land away from the street, by side (+1 left, -1 right).
  float bank(double u, int side) const;
  /// Unevenness of unpaved land, about ±1.
  float bumps(double u, double v) const;

 private:
  /// A sum of three waves and its slope.
  struct Waves {
    std::array<double, 3> amplitude{}, rate{}, phase{};
    double value(double u) const;
    double slope(double u) const;
  };
  Waves bend_, rise_, width_, bank_left_, bank_right_, bump_;
};

}  // namespace lsk3d::simulator
