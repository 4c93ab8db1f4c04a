// SPDX-License-Identifier: MIT
// A LiDAR drives through a street that is invented from a seed; every ray is cast.
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// One revolution of the sensor.
struct SimulatedScan {
  Tensor points;  // f32 [N, 4] x forward, y left, z up (metres, sensor frame), remission in [0, 1)
  Tensor labels;  // i32 [N] bits of uint32: low 16 the raw semantic id, high 16 the instance id
  /// Sensor to world, row-major [3, 4].
  std::array<double, 12> pose{};
};

/// How the sensor looks and where it stands. The default spaces 64 beams as on the HDL-64E, and other
/// numbers likewise; other angles are spaced evenly.
struct SimulatedMount {
  float fov_up = 2, fov_down = -24.8f;  // degrees above the horizon of the first and the last beam
  float height = 1.73f;                 // metres above the road

  bool operator==(const SimulatedMount&) const = default;
};

/// An endless street with its traffic. What scan `index` holds is a pure function of the
/// constructor's arguments and the index: never of other scans, other sequences or the number of
/// threads.
class StreetSimulator {
 public:
  /// `sequence` in [0, 99] names the street within the seed. The sensor has `beams` (1 to 256) and
  /// takes `columns` (1 to 8192) shots a turn. Throws UsageError on values outside, also of `mount`
  /// (angles within ±90 degrees, height 0.3 to 5 m).
  StreetSimulator(std::uint64_t seed, int sequence, int beams = 64, int columns = 1800,
                  const SimulatedMount& mount = {});
  ~StreetSimulator();
  StreetSimulator(StreetSimulator&&) noexcept;
  StreetSimulator& operator=(StreetSimulator&&) noexcept;

  /// Scan `index` in [0, 100000); the car drives 3 to 5 m between two scans. Points come beam by
  /// beam from the top, each beam counter-clockwise from straight ahead. Throws UsageError on
  /// another index.
  SimulatedScan scan(int index) const;
  /// Where the sensor is at that scan, without casting it: SimulatedScan::pose.
  std::array<double, 12> pose(int index) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lsk3d
