// SPDX-License-Identifier: MIT
#pragma once
#include "simulator/ground.h"

namespace lsk3d::simulator {

/// Builds all that stands still on one side of a block.
void add_block_objects(Scene& scene, const Placement& place, const BlockPlan& plan,
                       std::uint64_t seed, int sequence);

/// Instance ids of what stands still end below this; moving things use those from here on.
constexpr std::uint32_t kFirstMovingInstance = 64001;

}  // namespace lsk3d::simulator
