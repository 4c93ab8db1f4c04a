// SPDX-License-Identifier: MIT
#include "bench/subjects.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/sparse/voxelize.h"

namespace lsk3d::cli {

void bench_map(const BenchOptions& options, std::vector<BenchRow>& rows) {
  LoaderSettings loader;
  loader.voxels = bench_voxels();
  loader.normals = "none";
  const Sample sample = prepare_sample(bench_scan(options), loader, 0);
  PointBatch batch;
  batch.points = sample.points;
  batch.normals = sample.normals;
  batch.batch_index = Tensor::zeros({sample.points.dim(0)}, DType::i32);
  const int threads = num_threads();
  for (int kernel : options.kernels) {
    for (int scale : options.scales) {
      const Tensor coordinates = voxel_coordinates(batch, loader.voxels, scale);
      const VoxelGrid grid = VoxelGrid::build(coordinates).grid;
      for (int count : threads > 1 ? std::vector<int>{1, threads} : std::vector<int>{1}) {
        set_num_threads(count);
        const std::string with = std::to_string(count) + (count == 1 ? " thread" : " threads");
        BenchRow row;
        row.name = "map";
        row.kernel = kernel;
        row.scale = scale;
        row.precision = "";
        row.op = "kernel map, " + with;
        row.time =
            measure([&] { KernelMap::submanifold(grid, KernelSize::cube(kernel)); }, options.runs);
        rows.push_back(row);
        row.op = "voxel grid, " + with;
        row.time = measure([&] { VoxelGrid::build(coordinates); }, options.runs);
        rows.push_back(row);
      }
      set_num_threads(threads);
    }
    BenchRow row;
    row.name = "map";
    row.kernel = kernel;
    row.precision = "";
    std::size_t bytes = 0;
    row.time = measure(
        [&] {
          bytes = 0;
          const ScalePyramid pyramid =
              build_scale_pyramid(batch, loader.voxels, {2, 4, 8, 16}, KernelSize::cube(kernel));
          for (const ScaleLevel& level : pyramid.levels) bytes += level.map.bytes();
        },
        options.runs);
    row.op = "all scales, " + std::to_string(bytes >> 20) + " MiB";
    rows.push_back(row);
  }
}

}  // namespace lsk3d::cli
