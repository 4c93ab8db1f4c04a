// SPDX-License-Identifier: MIT
#include <device/ptx.h>

#include "device/launch.h"
#include "device/memory.h"
#include "families.h"

namespace lsk3d::cuda {
namespace {

constexpr int kFeatures = 13;

/// One thread per voxel: most hold one point or two.
__global__ void features_kernel(PointFeaturesArgs a) {
  for (std::int64_t v = first_item(); v < a.segments.count; v += item_step()) {
    const std::int64_t first = a.segments.start[v], last = a.segments.start[v + 1];
    double mean[3] = {};
    for (std::int64_t i = first; i < last; ++i)
      for (int d = 0; d < 3; ++d) mean[d] += a.points[std::int64_t{a.segments.order[i]} * 4 + d];
    for (double& m : mean) m /= static_cast<double>(last - first);
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t row = a.segments.order[i];
      const float* p = a.points + row * 4;
      float* f = a.out + row * kFeatures;
      for (int d = 0; d < 4; ++d) f[d] = p[d];
      for (int d = 0; d < 3; ++d) {
        // Rounded after the product, as on the CPU: the difference has few digits to lose.
        const float corner =
            rounded_product(static_cast<float>(a.voxels[v * 4 + 1 + d]), a.interval[d]) + a.min[d];
        f[4 + d] = static_cast<float>(p[d] - mean[d]);
        f[7 + d] = p[d] - corner;
        f[10 + d] = a.normals[row * 3 + d];
      }
    }
  }
}

void features(const PointFeaturesArgs& a) {
  launch(features_kernel, blocks_for(a.segments.count), kThreads, 0, current_stream(), a);
}

}  // namespace

PointKernels point_kernels() { return {.features = features}; }

}  // namespace lsk3d::cuda
