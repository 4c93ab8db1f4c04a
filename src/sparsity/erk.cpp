// SPDX-License-Identifier: MIT
#include "erk.h"

#include <cstdint>
#include <numeric>

namespace lsk3d {

std::vector<double> erk_densities(const std::vector<Shape>& shapes, double sparsity) {
  const std::size_t count = shapes.size();
  std::vector<double> raw(count), weights(count), density(count, 1.0);
  double wanted = 0;  // non-zeros still to be shared out
  for (std::size_t i = 0; i < count; ++i) {
    weights[i] = static_cast<double>(numel(shapes[i]));
    raw[i] =
        static_cast<double>(std::accumulate(shapes[i].begin(), shapes[i].end(), std::int64_t{0})) /
        weights[i];
    wanted += (1 - sparsity) * weights[i];
  }
  std::vector<bool> dense(count, false);
  for (bool settled = false; !settled;) {
    double scalable = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (!dense[i]) scalable += raw[i] * weights[i];
    if (!(scalable > 0)) break;
    const double factor = wanted / scalable;
    settled = true;
    for (std::size_t i = 0; i < count; ++i) {
      if (dense[i]) continue;
      density[i] = factor * raw[i];
      if (density[i] <= 1) continue;
      // Whatever leaves lets the factor of the others only grow, so the order does not matter.
      dense[i] = true;
      density[i] = 1;
      wanted -= weights[i];
      settled = false;
    }
  }
  return density;
}

}  // namespace lsk3d
