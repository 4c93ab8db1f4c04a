// SPDX-License-Identifier: MIT
#pragma once
#include "simulator/spot.h"

namespace lsk3d::simulator {

/// A trunk with boughs and a crown of leaves, `height` metres in all.
void add_tree(Scene& scene, const Spot& spot, float height, Rng& rng);
void add_bush(Scene& scene, const Spot& spot, float size, Rng& rng);
/// A clipped hedge along the spot's forward axis, centred on the spot.
void add_hedge(Scene& scene, const Spot& spot, float length, float height, Rng& rng);

}  // namespace lsk3d::simulator
