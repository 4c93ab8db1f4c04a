// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace lsk3d {

/// Training-time augmentation (MODEL §10); each with its own probability or range. 0 turns it off.
struct AugmentationSettings {
  bool rotate = true;          // about z, uniform 0-360°
  bool flip = true;            // none, x, y, both
  double scale_min = 0.95, scale_max = 1.05;  // xy
  double translate_std = 0.1;  // metres, per axis
  double tilt_std = 0;         // degrees, of roll and of pitch
  double jitter_std = 0;       // metres, per point and axis
  double remission_std = 0;    // per point; the result is clamped to [0, 1]
  double drop_max = 0.2;       // up to this share of points, replaced by copies of the first
  double drop_probability = 0.5;
  double instance_paste = 0;   // probability of pasting another scan's instance points
  double polar_mix = 0;        // probability of PolarMix with another scan
  std::int64_t max_points = 0;  // sphere crop to at most this many points; 0: no crop
  bool shuffle = false;
};

}  // namespace lsk3d
