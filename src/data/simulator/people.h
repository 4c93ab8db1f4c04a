// SPDX-License-Identifier: MIT
// People, cycles, and people on cycles. Forward is where they look or ride.
#pragma once
#include "simulator/spot.h"

namespace lsk3d::simulator {

void add_person(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);
void add_bicycle(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);
void add_motorcycle(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);
/// Rider and cycle are one thing, as in SemanticKITTI.
void add_bicyclist(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);
void add_motorcyclist(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);

}  // namespace lsk3d::simulator
