// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/voxelize.h"

#include <cmath>
#include <vector>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "voxel_checks.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kGrain = 16384;
constexpr const char* kAxes[3] = {"x", "y", "z"};

}  // namespace

void check_voxel_arguments(const PointBatch& batch, const VoxelSettings& settings, int scale) {
  LSK3D_CHECK(scale >= 1, UsageError, "voxels: expected a scale of at least 1, found ", scale);
  for (int a = 0; a < 3; ++a) {
    LSK3D_CHECK(settings.grid[a] >= 1, UsageError, "voxels.grid: expected at least 1 voxel along ",
                kAxes[a], ", found ", settings.grid[a]);
    const float edge = settings.max[a] - settings.min[a];
    LSK3D_CHECK(std::isfinite(edge) && edge > 0, UsageError, "voxels.min … voxels.max: expected ",
                "finite bounds with min < max along ", kAxes[a], ", found ", settings.min[a], " … ",
                settings.max[a]);
  }
  const Tensor& points = batch.points;
  LSK3D_CHECK(points.defined() && points.dtype() == DType::f32 && points.rank() == 2 &&
                  points.dim(1) == 4,
              UsageError, "voxels: expected points f32 [N, 4] (x, y, z, remission), found ",
              points.defined() ? to_string(points.dtype()) + " " + to_string(points.shape())
                               : "an undefined tensor");
  const Tensor& index = batch.batch_index;
  LSK3D_CHECK(index.defined() && index.dtype() == DType::i32 && index.rank() == 1 &&
                  index.dim(0) == points.dim(0),
              UsageError, "voxels: expected batch_index i32 [", points.dim(0), "], found ",
              index.defined() ? to_string(index.dtype()) + " " + to_string(index.shape())
                              : "an undefined tensor");
}

Tensor voxel_coordinates(const PointBatch& batch, const VoxelSettings& settings, int scale) {
  check_voxel_arguments(batch, settings, scale);
  const std::int64_t n = batch.size();
  float cells[3], edge[3];
  for (int a = 0; a < 3; ++a) {
    cells[a] = static_cast<float>((std::int64_t{settings.grid[a]} + scale - 1) / scale);
    edge[a] = settings.max[a] - settings.min[a];
  }
  Tensor coordinates = Tensor::empty({n, 4}, DType::i32);
  const float* points = batch.points.data<float>();
  const auto* batch_index = batch.batch_index.data<std::int32_t>();
  auto* out = coordinates.data<std::int32_t>();
  const auto place = [&](std::int64_t i, int a) {
    return cells[a] * (points[i * 4 + a] - settings.min[a]) / edge[a];
  };
  // The first bad row of each chunk, so that the message is the same on any number of threads.
  std::vector<std::int64_t> bad(static_cast<std::size_t>((n + kGrain - 1) / kGrain), -1);
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      bool ok = batch_index[i] >= 0 && batch_index[i] < batch.batch_size;
      out[i * 4] = batch_index[i];
      for (int a = 0; a < 3; ++a) {
        const float at = place(i, a);
        const bool fits = at >= -0x1p31f && at < 0x1p31f;  // false for NaN
        ok &= fits;
        out[i * 4 + 1 + a] = fits ? static_cast<std::int32_t>(at) : 0;  // truncates
      }
      if (!ok) {
        bad[static_cast<std::size_t>(begin / kGrain)] = i;
        return;
      }
    }
  });
  for (const std::int64_t i : bad) {
    if (i < 0) continue;
    LSK3D_CHECK(batch_index[i] >= 0 && batch_index[i] < batch.batch_size, UsageError,
                "voxels: expected batch_index 0 … ", batch.batch_size - 1, ", found ",
                batch_index[i], " at point ", i);
    for (int a = 0; a < 3; ++a) {
      const float p = points[i * 4 + a], at = place(i, a);
      LSK3D_CHECK(std::isfinite(p), DataError, "voxels: point ", i, " has ", kAxes[a], " = ", p,
                  ", expected a finite number; remove such points from the scan");
      LSK3D_CHECK(at >= -0x1p31f && at < 0x1p31f, DataError, "voxels: point ", i, " has ", kAxes[a],
                  " = ", p, " m, voxel ", at, ", which does not fit 32 bits; crop the scan to ",
                  "voxels.min … voxels.max or use larger voxels");
    }
  }
  return coordinates;
}

}  // namespace lsk3d
