// SPDX-License-Identifier: MIT
#include "bench/subjects.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/device_memory.h"
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

/// Pairs times 2 C_in C_out over what the pattern leaves.
double flops_of(const KernelMap& map, int channels, const WeightPattern* pattern) {
  const PairLists pairs = map.pairs();
  double active_weights_pairs = 0;
  const int blocks = (channels + 15) / 16;
  for (std::int64_t k = 0; k < pairs.offsets(); ++k) {
    double weights = double(channels) * channels;
    if (pattern) {
      bool active = false;
      for (std::int32_t offset : pattern->offsets) active |= offset == k;
      if (!active) continue;
      if (!pattern->block_mask.empty()) {
        int set = 0;
        for (int i = 0; i < blocks; ++i)
          set +=
              __builtin_popcountll(pattern->block_mask[static_cast<std::size_t>(k * blocks + i)]);
        weights *= double(set) / (blocks * blocks);
      }
    }
    active_weights_pairs += weights * double(pairs.count(k));
  }
  return 2 * active_weights_pairs;
}

/// A random mask of the wanted sparsity, as training would draw it.
std::shared_ptr<const WeightPattern> random_pattern(const BenchOptions& options,
                                                    const Tensor& weight, int kernel) {
  Parameter parameter;
  parameter.name = "bench.weight";
  parameter.variable = Variable(weight.clone(), true);
  SdsSettings settings;
  settings.enabled = true;
  settings.sparsity = options.sparsity;
  settings.granularity = options.granularity;
  settings.partition = {0, kernel};
  const Sds sds({&parameter}, settings, options.seed, 1);
  return parameter.pattern;
}

void bench_one(const BenchOptions& options, const MachineCeiling& machine, const VoxelGrid& grid,
               int kernel, int channels, int scale, std::vector<BenchRow>& rows) {
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(kernel)).to(options.device);
  const Tensor features = random_tensor({grid.size(), channels}, 1, options.device);
  const Tensor grad = random_tensor({grid.size(), channels}, 2, options.device);
  const Tensor weight = random_tensor({kernel, kernel, kernel, channels, channels}, 3, options.device);
  std::shared_ptr<const WeightPattern> pattern;
  if (options.sparsity > 0) pattern = random_pattern(options, weight, kernel);
  const PrecisionScope precision(options.precision);
  for (const std::string& op : options.ops) {
    if (options.precision == Precision::bf16 && op != "forward") continue;  // gradients are f32
    BenchRow row;
    row.name = options.sparsity > 0
                   ? str_cat("conv ", 100 * options.sparsity, " % ", options.granularity)
                   : "conv";
    row.kernel = kernel;
    row.channels = channels;
    row.scale = scale;
    row.op = op;
    if (options.precision == Precision::bf16) row.precision = "bf16";
    row.time = measure(
        [&] {
          if (op == "forward") sparse_conv_forward(features, weight, map, pattern.get());
          else
            sparse_conv_backward(grad, features, weight, map, pattern.get(),
                                 /*want_features=*/op == "dgrad", /*want_weight=*/op == "wgrad");
          synchronize(options.device);
        },
        options.runs);
    row.gflops = flops_of(map, channels, pattern.get()) / row.time.median_ms / 1e6;
    row.ceiling_gflops = machine.sgemm_gflops;
    rows.push_back(row);
  }
}

}  // namespace

void bench_conv(const BenchOptions& options, const MachineCeiling& machine,
                std::vector<BenchRow>& rows) {
  LoaderSettings loader;
  loader.voxels = bench_voxels();
  loader.normals = "none";
  const Sample sample = prepare_sample(bench_scan(options), loader, 0);
  PointBatch batch;
  batch.points = sample.points;
  batch.normals = sample.normals;
  batch.batch_index = Tensor::zeros({sample.points.dim(0)}, DType::i32);
  for (int scale : options.scales) {
    const VoxelGrid grid = VoxelGrid::build(voxel_coordinates(batch, loader.voxels, scale)).grid;
    for (int kernel : options.kernels)
      for (int channels : options.channels)
        bench_one(options, machine, grid, kernel, channels, scale, rows);
  }
}

}  // namespace lsk3d::cli
