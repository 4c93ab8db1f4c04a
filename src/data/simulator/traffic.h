// SPDX-License-Identifier: MIT
#pragma once
#include "simulator/ground.h"

namespace lsk3d::simulator {

constexpr double kSecondsPerScan = 0.4;

/// What moves near `ego_u` at the time of scan `index`. `plans` cover the surroundings.
void add_traffic(Scene& scene, const Placement& place, const std::vector<BlockPlan>& plans,
                 std::uint64_t seed, int sequence, int index, double ego_u, double reach);

}  // namespace lsk3d::simulator
