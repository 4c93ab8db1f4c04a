// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lsk3d::cuda_bench {

/// Points of one scan, x y z in metres.
struct Scan {
  std::string name;
  std::vector<float> xyz;
  std::int64_t points() const { return static_cast<std::int64_t>(xyz.size()) / 3; }
};

/// A .bin file of x y z remission, f32. Throws DataError on what is none.
Scan read_scan(const std::string& path);
/// Ground and walls around a sensor, dense near it: about as many voxels and neighbours as a
/// street.
Scan made_up_scan(std::int64_t points);

/// i32 [points in the volume, 4] batch, x, y, z: of the 100 m × 100 m × 6 m around the sensor, in
/// voxels of this size.
std::vector<std::int32_t> voxel_coordinates(const Scan& scan, int voxel_cm);

}  // namespace lsk3d::cuda_bench
