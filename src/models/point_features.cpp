// SPDX-License-Identifier: MIT
#include "point_features.h"

#include "lsk3d/core/check.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {

Tensor point_features(const PointBatch& batch, const ScaleLevel& finest,
                      const VoxelSettings& settings) {
  const std::int64_t n = batch.size();
  const Device device = batch.points.device();
  LSK3D_CHECK(finest.scale == 1 && finest.points.rows() == n, UsageError,
              "point features: expected a pyramid of scale 1 over ", n, " points, found scale ",
              finest.scale, " over ", finest.points.rows(), "; build it from this batch");
  LSK3D_CHECK(batch.normals.rank() == 2 && batch.normals.dim(0) == n && batch.normals.dim(1) == 3,
              UsageError, "point features: expected normals [", n, ", 3], found ",
              to_string(batch.normals.shape()));
  for (const Tensor& t : {batch.normals, finest.points.index})
    LSK3D_CHECK(t.device() == device, UsageError, "point features: expected all on ",
                to_string(device), " as the points, found normals or segments on ",
                to_string(t.device()), "; move batch and pyramid to one device");
  Tensor features = Tensor::empty({n, kPointFeatures}, DType::f32, device);
  const Tensor voxels = finest.grid.coordinates().to(device);  // there already, as a rule
  PointFeaturesArgs args;
  args.points = batch.points.address<float>();
  args.normals = batch.normals.address<float>();
  args.segments = {.start = finest.points.start.address<std::int64_t>(),
                   .order = finest.points.order.address<std::int32_t>(),
                   .index = finest.points.index.address<std::int32_t>(),
                   .count = finest.points.count(),
                   .rows = n};
  args.voxels = voxels.address<std::int32_t>();
  for (int a = 0; a < 3; ++a) {
    args.min[a] = settings.min[a];
    args.interval[a] = (settings.max[a] - settings.min[a]) / static_cast<float>(settings.grid[a]);
  }
  args.out = features.address<float>();
  kernels(device).point.features(args);
  return features;
}

}  // namespace lsk3d
