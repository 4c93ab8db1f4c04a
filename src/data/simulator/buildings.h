// SPDX-License-Identifier: MIT
// Houses and what encloses their gardens. Each stands centred on its spot, its front along the
// spot's forward axis, looking to the spot's right.
#pragma once
#include "simulator/spot.h"

namespace lsk3d::simulator {

/// `width` along the street, `depth` away from it, `height` to the eaves.
void add_building(Scene& scene, const Spot& spot, float width, float depth, float height, Rng& rng);
void add_garage(Scene& scene, const Spot& spot, Rng& rng);
/// Slats, wire mesh, railings or a low wall.
void add_fence(Scene& scene, const Spot& spot, float length, Rng& rng);

}  // namespace lsk3d::simulator
