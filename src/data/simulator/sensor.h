// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/simulator/street_simulator.h"
#include "simulator/bvh.h"

namespace lsk3d::simulator {

constexpr float kMaxRange = 90;

/// Elevations in radians from the top.
std::vector<float> beam_elevations(int beams, const SimulatedMount& mount = {});

struct Returns {
  Tensor points;  // f32 [N, 4]
  Tensor labels;  // i32 [N]
};

/// Casts every shot of one turn from the scene's origin. `axes` are the sensor's forward, left and
/// up in the scene's frame; `seed` and `stream` draw noise and lost shots.
Returns cast_turn(const Bvh& scene, const std::array<Vec3, 3>& axes,
                  const std::vector<float>& elevations, int columns, std::uint64_t seed,
                  std::uint64_t stream);

}  // namespace lsk3d::simulator
