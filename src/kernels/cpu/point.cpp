// SPDX-License-Identifier: MIT
#include "cpu_kernels.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kFeatures = 13;

void voxel_features(const PointFeaturesArgs& a, std::int64_t v) {
  const std::int64_t first = a.segments.start[v], last = a.segments.start[v + 1];
  // Neighbours in a voxel differ by less than its edge, tens of metres from the origin: the mean
  // needs more than f32 for the difference to keep its digits.
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
      const float corner = static_cast<float>(a.voxels[v * 4 + 1 + d]) * a.interval[d] + a.min[d];
      f[4 + d] = static_cast<float>(p[d] - mean[d]);
      f[7 + d] = p[d] - corner;
      f[10 + d] = a.normals[row * 3 + d];
    }
  }
}

void features(const PointFeaturesArgs& a) {
  parallel_for(a.segments.count, 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) voxel_features(a, v);
  });
}

}  // namespace

PointKernels cpu_point_kernels() { return {.features = features}; }

}  // namespace lsk3d
