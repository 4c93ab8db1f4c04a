// SPDX-License-Identifier: MIT
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "augment.h"

namespace lsk3d {

void drop_points(WorkingScan& scan, double max_share, Rng& rng) {
  const auto share = static_cast<float>(max_share * rng.uniform64());
  std::vector<std::int32_t> index(static_cast<std::size_t>(scan.size()));
  for (std::size_t i = 0; i < index.size(); ++i)
    index[i] = rng.uniform() < share ? 0 : static_cast<std::int32_t>(i);
  scan = select(scan, index);
}

void crop_to_sphere(WorkingScan& scan, std::int64_t max_points, Rng& rng) {
  // Drawn even where nothing is cropped: what follows must not depend on the number of points.
  const double where = rng.uniform64();
  if (scan.size() <= max_points) return;
  const auto center = static_cast<std::int64_t>(where * static_cast<double>(scan.size()));
  const float* points = scan.points.data<float>();
  const float* c = points + 4 * center;
  // Pairs break ties between equal distances by row.
  std::vector<std::pair<float, std::int32_t>> distances(static_cast<std::size_t>(scan.size()));
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const float* p = points + 4 * i;
    const float dx = p[0] - c[0], dy = p[1] - c[1], dz = p[2] - c[2];
    distances[i] = {dx * dx + dy * dy + dz * dz, static_cast<std::int32_t>(i)};
  }
  std::nth_element(distances.begin(), distances.begin() + max_points, distances.end());
  std::vector<std::int32_t> index(static_cast<std::size_t>(max_points));
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = distances[i].second;
  std::sort(index.begin(), index.end());
  scan = select(scan, index);
}

void shuffle_points(WorkingScan& scan, Rng& rng) {
  std::vector<std::int32_t> index(static_cast<std::size_t>(scan.size()));
  std::iota(index.begin(), index.end(), 0);
  for (std::size_t i = index.size(); i > 1; --i) std::swap(index[i - 1], index[rng.below(i)]);
  scan = select(scan, index);
}

void jitter_remission(WorkingScan& scan, double std, Rng& rng) {
  const auto width = static_cast<float>(std);
  float* p = scan.points.data<float>();
  for (std::int64_t i = 0; i < scan.size(); ++i, p += 4)
    p[3] = std::clamp(p[3] + width * rng.normal(), 0.0F, 1.0F);
}

}  // namespace lsk3d
