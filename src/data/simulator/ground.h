// SPDX-License-Identifier: MIT
#pragma once
#include "simulator/block_plan.h"
#include "simulator/spot.h"

namespace lsk3d::simulator {

/// Turns street coordinates into spots around the sensor. Everything near it fits floats.
class Placement {
 public:
  Placement(const StreetPath& path, WorldPoint origin) : path_(path), origin_(origin) {}

  /// A spot on the ground `distance` from the crown on the plan's side. `turn` is relative to the
  /// street's direction.
  Spot on_ground(const BlockPlan& plan, double u, float distance, float turn = 0) const;
  /// A point `height` above the road's crown; v to the left.
  Vec3 point(double u, double v, double height) const;
  const StreetPath& path() const { return path_; }

 private:
  const StreetPath& path_;
  WorldPoint origin_;
};

/// The block's ground as triangles.
void add_ground(Scene& scene, const Placement& place, const BlockPlan& plan);

}  // namespace lsk3d::simulator
