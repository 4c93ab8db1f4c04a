// SPDX-License-Identifier: MIT
// What a city puts up along its streets.
#pragma once
#include "simulator/spot.h"

namespace lsk3d::simulator {

/// A lamp post whose arm reaches to the spot's forward side.
void add_lamp_post(Scene& scene, const Spot& spot, Rng& rng);
/// A wooden or concrete mast with a cross-arm.
void add_utility_pole(Scene& scene, const Spot& spot, Rng& rng);
void add_bollard(Scene& scene, const Spot& spot, Rng& rng);
/// A traffic sign on its pole, facing the spot's forward side.
void add_traffic_sign(Scene& scene, const Spot& spot, Rng& rng);
/// A bin, a bench or a switch cabinet: SemanticKITTI's other-object.
void add_street_object(Scene& scene, const Spot& spot, Rng& rng);

}  // namespace lsk3d::simulator
