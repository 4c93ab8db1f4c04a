// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "simulator/object_builder.h"
#include "simulator/primitive.h"
#include "simulator/raw_ids.h"

namespace lsk3d::simulator {

using Scene = std::vector<Primitive>;

/// Where a thing stands on the ground and which way it looks (radians, counter-clockwise).
struct Spot {
  Vec3 at;
  float yaw = 0;
};

/// A spot beside `spot`, in its own frame.
inline Spot beside(const Spot& spot, float forward, float left, float turn = 0) {
  const float c = std::cos(spot.yaw), s = std::sin(spot.yaw);
  return {{spot.at.x + c * forward - s * left, spot.at.y + s * forward + c * left, spot.at.z},
          spot.yaw + turn};
}

}  // namespace lsk3d::simulator
