// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/rng.h"

namespace lsk3d::simulator {

/// How a material answers a laser pulse.
struct Surface {
  float remission = 0.3f;  // at right angles
  float spread = 0.12f;    // relative noise of the remission
  float drop = 0.01f;      // share of pulses that never come back
  float roughness = 0.0f;  // metres, beside the sensor's own noise
  bool retro = false;      // sends light back whatever the angle
};

Surface asphalt();
Surface lane_paint();
Surface parking_stone();
Surface pavement_stone();
Surface gravel();
Surface grass();
Surface concrete();
Surface glass();
Surface rubber();
Surface metal();
Surface wood();
Surface leaves();
Surface bark();
Surface skin();
Surface sign_foil();
Surface facade(Rng& rng);
Surface car_paint(Rng& rng);
Surface truck_paint(Rng& rng);
Surface coach_paint(Rng& rng);
Surface cloth(Rng& rng);

}  // namespace lsk3d::simulator
