// SPDX-License-Identifier: MIT
#include "scan.h"

#include <cmath>
#include <fstream>
#include <iterator>

#include "lsk3d/core/check.h"
#include "lsk3d/core/rng.h"

namespace lsk3d::cuda_bench {

Scan read_scan(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  LSK3D_CHECK(file, DataError, path,
              ": expected a scan, found no such file; give a .bin file to --scan");
  const std::int64_t bytes = file.tellg();
  LSK3D_CHECK(bytes > 0 && bytes % 16 == 0, DataError, path,
              ": expected points of 16 bytes, found ", bytes,
              " bytes; give a .bin file of x y z remission to --scan");
  std::vector<float> rows(static_cast<std::size_t>(bytes) / sizeof(float));
  file.seekg(0).read(reinterpret_cast<char*>(rows.data()), bytes);
  Scan scan{path, {}};
  for (std::size_t i = 0; i < rows.size(); i += 4)
    scan.xyz.insert(scan.xyz.end(), {rows[i], rows[i + 1], rows[i + 2]});
  return scan;
}

Scan made_up_scan(std::int64_t points) {
  Rng rng(1);
  Scan scan{"a made-up scan", {}};
  for (std::int64_t i = 0; i < points; ++i) {
    const double angle = 2 * 3.14159265358979 * rng.uniform64();
    const double range = 2 * std::exp(3.2 * rng.uniform64());
    const bool wall = rng.uniform() < 0.3f;
    const double distance = wall ? std::floor(range / 5) * 5 + 2.5 : range;
    scan.xyz.push_back(static_cast<float>(distance * std::cos(angle)));
    scan.xyz.push_back(static_cast<float>(distance * std::sin(angle)));
    scan.xyz.push_back(static_cast<float>(wall ? -1.7 + 3 * rng.uniform64() : -1.7 + range / 100));
  }
  return scan;
}

std::vector<std::int32_t> voxel_coordinates(const Scan& scan, int voxel_cm) {
  constexpr float kLow[] = {-50, -50, -4}, kHigh[] = {50, 50, 2};
  std::vector<std::int32_t> rows;
  for (std::size_t i = 0; i + 2 < scan.xyz.size(); i += 3) {
    const float* p = scan.xyz.data() + i;
    bool inside = true;
    for (int axis = 0; axis < 3; ++axis)
      inside = inside && p[axis] >= kLow[axis] && p[axis] < kHigh[axis];
    if (!inside) continue;
    rows.push_back(0);
    for (int axis = 0; axis < 3; ++axis)
      rows.push_back(
          static_cast<std::int32_t>((p[axis] - kLow[axis]) * 100 / static_cast<float>(voxel_cm)));
  }
  return rows;
}

}  // namespace lsk3d::cuda_bench
