// SPDX-License-Identifier: MIT
#include "point_features.h"

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {

Tensor point_features(const PointBatch& batch, const ScaleLevel& finest,
                      const VoxelSettings& settings) {
  const std::int64_t n = batch.size();
  LSK3D_CHECK(finest.scale == 1 && finest.points.rows() == n, UsageError,
              "point features: expected a pyramid of scale 1 over ", n, " points, found scale ",
              finest.scale, " over ", finest.points.rows(), "; build it from this batch");
  LSK3D_CHECK(batch.normals.rank() == 2 && batch.normals.dim(0) == n && batch.normals.dim(1) == 3,
              UsageError, "point features: expected normals [", n, ", 3], found ",
              to_string(batch.normals.shape()));
  Tensor features = Tensor::empty({n, kPointFeatures});
  float interval[3];
  for (int a = 0; a < 3; ++a)
    interval[a] = (settings.max[a] - settings.min[a]) / static_cast<float>(settings.grid[a]);

  const float* points = batch.points.data<float>();
  const float* normals = batch.normals.data<float>();
  const std::int64_t* start = finest.points.start.data<std::int64_t>();
  const std::int32_t* order = finest.points.order.data<std::int32_t>();
  const std::int32_t* voxels = finest.grid.coordinates().data<std::int32_t>();
  float* out = features.data<float>();
  parallel_for(finest.points.count(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      // Neighbours in a voxel differ by less than its edge, tens of metres from the origin: the
      // mean needs more than f32 for the difference to keep its digits.
      double mean[3] = {};
      for (std::int64_t i = start[v]; i < start[v + 1]; ++i)
        for (int a = 0; a < 3; ++a) mean[a] += points[std::int64_t{order[i]} * 4 + a];
      for (double& m : mean) m /= static_cast<double>(start[v + 1] - start[v]);
      for (std::int64_t i = start[v]; i < start[v + 1]; ++i) {
        const std::int64_t row = order[i];
        const float* p = points + row * 4;
        float* f = out + row * kPointFeatures;
        for (int a = 0; a < 4; ++a) f[a] = p[a];
        for (int a = 0; a < 3; ++a) {
          const float corner =
              static_cast<float>(voxels[v * 4 + 1 + a]) * interval[a] + settings.min[a];
          f[4 + a] = static_cast<float>(p[a] - mean[a]);
          f[7 + a] = p[a] - corner;
          f[10 + a] = normals[row * 3 + a];
        }
      }
    }
  });
  return features;
}

}  // namespace lsk3d
