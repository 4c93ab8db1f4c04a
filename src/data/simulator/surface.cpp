// SPDX-License-Identifier: MIT
// Remissions near the medians that a 64-beam sensor reports in residential streets.
#include "simulator/surface.h"

namespace lsk3d::simulator {

Surface asphalt() { return {.remission = 0.27f, .spread = 0.14f, .roughness = 0.004f}; }
Surface lane_paint() { return {.remission = 0.62f, .spread = 0.2f, .roughness = 0.004f}; }
Surface parking_stone() { return {.remission = 0.36f, .spread = 0.16f, .roughness = 0.01f}; }
Surface pavement_stone() { return {.remission = 0.43f, .spread = 0.14f, .roughness = 0.006f}; }
Surface gravel() { return {.remission = 0.6f, .spread = 0.25f, .roughness = 0.022f}; }
Surface grass() { return {.remission = 0.48f, .spread = 0.24f, .roughness = 0.035f}; }
Surface concrete() { return {.remission = 0.4f, .spread = 0.12f, .roughness = 0.008f}; }
Surface glass() { return {.remission = 0.06f, .spread = 0.8f, .drop = 0.6f}; }
Surface rubber() { return {.remission = 0.05f, .spread = 0.5f, .drop = 0.08f}; }
Surface metal() { return {.remission = 0.3f, .spread = 0.4f, .drop = 0.03f}; }
Surface wood() { return {.remission = 0.3f, .spread = 0.2f, .roughness = 0.01f}; }
Surface leaves() {
  return {.remission = 0.34f, .spread = 0.35f, .drop = 0.03f, .roughness = 0.02f};
}
Surface bark() { return {.remission = 0.35f, .spread = 0.2f, .roughness = 0.015f}; }
Surface skin() { return {.remission = 0.45f, .spread = 0.2f}; }
Surface sign_foil() { return {.remission = 0.96f, .spread = 0.06f, .drop = 0.005f, .retro = true}; }

Surface facade(Rng& rng) {
  return {.remission = rng.uniform(0.42f, 0.68f), .spread = 0.12f, .roughness = 0.008f};
}

Surface car_paint(Rng& rng) {
  // Dark paints send little back and lose more pulses.
  const float kind = rng.uniform();
  const float remission = kind < 0.45f   ? rng.uniform(0.04f, 0.12f)
                          : kind < 0.75f ? rng.uniform(0.15f, 0.35f)
                                         : rng.uniform(0.4f, 0.7f);
  return {.remission = remission, .spread = 0.3f, .drop = remission < 0.12f ? 0.12f : 0.03f};
}

Surface truck_paint(Rng& rng) {
  return {.remission = rng.uniform(0.4f, 0.7f), .spread = 0.15f, .drop = 0.02f};
}

Surface coach_paint(Rng& rng) {
  return {.remission = rng.uniform(0.12f, 0.32f), .spread = 0.15f, .drop = 0.03f};
}

Surface cloth(Rng& rng) {
  return {.remission = rng.uniform(0.12f, 0.5f), .spread = 0.15f, .roughness = 0.012f};
}

}  // namespace lsk3d::simulator
