// SPDX-License-Identifier: MIT
#include <cmath>
#include <numbers>

#include "bench/subjects.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/device_memory.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/nn/parameter.h"
#include "lsk3d/ops/submanifold_conv.h"
#include "lsk3d/sparse/voxelize.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d::cli {
namespace {

Tensor random_tensor(Shape shape, std::uint64_t seed, Device device) {
  Tensor tensor = Tensor::empty(std::move(shape));
  Rng rng(seed);
  for (float& value : tensor.span<float>()) value = rng.uniform(-1, 1);
  return tensor.to(device);
}

/// A mask of the wanted sparsity.
std::shared_ptr<const WeightPattern> random_pattern(const BenchOptions& options,
                                                    const BenchPruning& pruning,
                                                    const Tensor& weight, const PairLists& pairs) {
  Parameter parameter;
  parameter.name = "bench.weight";
  parameter.variable = Variable(weight.to(Device::cpu()).clone(), true);  // where masks are made
  OffsetPairCounts counts(1);
  for (std::int64_t k = 0; k < pairs.offsets(); ++k) counts[0].push_back(pairs.count(k));
  bench_masks(options, pruning, {&parameter}, counts);
  return parameter.pattern;
}

/// What is timed in turn: the dense conv and, where sparsity is asked for, the same conv pruned.
struct Variant {
  std::string name;
  std::shared_ptr<const WeightPattern> pattern;
};

std::vector<Variant> variants_of(const BenchOptions& options, const std::string& name,
                                 const Tensor& weight, const PairLists& pairs) {
  std::vector<Variant> variants{{name, nullptr}};
  for (const BenchPruning& pruning : bench_prunings(options))
    variants.push_back({str_cat(name, " ", pruning.name(options.sparsity)),
                        random_pattern(options, pruning, weight, pairs)});
  return variants;
}

void bench_one(const BenchOptions& options, const MachineCeiling& machine, const std::string& name,
               const VoxelGrid& grid, int kernel, int channels, int scale,
               std::vector<BenchRow>& rows) {
  const Device device = options.device;
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(kernel)).to(device);
  const Tensor features = random_tensor({grid.size(), channels}, 1, device);
  const Tensor grad = random_tensor({grid.size(), channels}, 2, device);
  const Tensor weight = random_tensor({kernel, kernel, kernel, channels, channels}, 3, device);
  const std::vector<Variant> variants = variants_of(options, name, weight, map.pairs());
  const PrecisionScope precision(options.precision);
  for (const std::string& op : options.ops) {
    if (options.precision == Precision::bf16 && op != "forward") continue;  // gradients are f32
    std::vector<std::function<void()>> works;
    for (const Variant& variant : variants)
      works.push_back([&, pattern = variant.pattern.get()] {
        if (op == "forward") sparse_conv_forward(features, weight, map, pattern);
        else
          sparse_conv_backward(grad, features, weight, map, pattern,
                               /*want_features=*/op == "dgrad", /*want_weight=*/op == "wgrad");
        synchronize(device);
      });
    const std::vector<Measurement> times = measure_in_turn(works, options.runs);
    for (std::size_t i = 0; i < variants.size(); ++i) {
      BenchRow row;
      row.name = variants[i].name;
      row.kernel = kernel;
      row.channels = channels;
      row.scale = scale;
      row.op = op;
      if (options.precision == Precision::bf16) row.precision = "bf16";
      row.time = times[i];
      row.gflops = pattern_flops(map.pairs(), channels, channels, variants[i].pattern.get()) /
                   row.time.median_ms / 1e6;
      row.ceiling_gflops = machine.sgemm_gflops;
      if (i > 0) row.speedup = times[0].median_ms / times[i].median_ms;
      rows.push_back(row);
    }
  }
}

/// The points of a sector around the sensor, as dense as the whole scan.
LabelledScan sector_of(const LabelledScan& scan, double share) {
  if (share >= 1) return scan;
  const float* points = scan.scan.points.data<float>();
  std::vector<float> kept;
  std::vector<std::int32_t> classes;
  for (std::int64_t i = 0; i < scan.scan.points.dim(0); ++i) {
    const double turn = std::atan2(points[4 * i + 1], points[4 * i]) / (2 * std::numbers::pi) + 0.5;
    if (turn >= share) continue;
    kept.insert(kept.end(), points + 4 * i, points + 4 * i + 4);
    classes.push_back(scan.classes.data<std::int32_t>()[i]);
  }
  LabelledScan sector = scan;
  const auto rows = static_cast<std::int64_t>(classes.size());
  sector.scan.points = Tensor::from(kept, {rows, 4});
  sector.classes = Tensor::from(classes, {rows});
  return sector;
}

}  // namespace

void bench_conv(const BenchOptions& options, const MachineCeiling& machine,
                std::vector<BenchRow>& rows) {
  LoaderSettings loader;
  loader.voxels = bench_voxels();
  loader.normals = "none";
  const LabelledScan scan = bench_scan(options);
  const int threads = num_threads();
  const std::vector<int> counts =
      options.thread_counts.empty() ? std::vector<int>{threads} : options.thread_counts;
  for (double share : options.point_shares) {
    const Sample sample = prepare_sample(sector_of(scan, share), loader, 0);
    PointBatch batch;
    batch.points = sample.points;
    batch.normals = sample.normals;
    batch.batch_index = Tensor::zeros({sample.points.dim(0)}, DType::i32);
    for (int count : counts) {
      set_num_threads(count);
      const MachineCeiling ceiling = count == threads ? machine : measure_ceiling();
      std::string name = "conv";
      if (options.point_shares.size() > 1) name += str_cat(", ", batch.size(), " points");
      if (counts.size() > 1) name += str_cat(", ", count, count == 1 ? " thread" : " threads");
      for (int scale : options.scales) {
        const VoxelGrid grid =
            VoxelGrid::build(voxel_coordinates(batch, loader.voxels, scale)).grid;
        for (int kernel : options.kernels)
          for (int channels : options.channels)
            bench_one(options, ceiling, name, grid, kernel, channels, scale, rows);
      }
    }
    set_num_threads(threads);
  }
}

}  // namespace lsk3d::cli
