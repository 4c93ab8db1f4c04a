// SPDX-License-Identifier: MIT
// Everything with an engine and more than two wheels.
#pragma once
#include "simulator/spot.h"

namespace lsk3d::simulator {

/// Lengths and widths stay within these, so that whoever places them can leave room.
constexpr float kCarLength = 4.9f, kTruckLength = 10.5f, kOtherVehicleLength = 12.5f;

void add_car(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);
/// A van with a box, a lorry or a tipper.
void add_truck(Scene& scene, const Spot& spot, std::uint32_t instance, Rng& rng);
/// A bus, a caravan, a trailer or a tractor. `moving`: only what drives by itself.
void add_other_vehicle(Scene& scene, const Spot& spot, std::uint32_t instance, bool moving,
                       Rng& rng);

}  // namespace lsk3d::simulator
