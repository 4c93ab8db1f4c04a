// SPDX-License-Identifier: MIT
// What `lsk3d bench` can time. Each subject appends its rows.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/measurement.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/ops/precision.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d::cli {

struct BenchOptions {
  std::string scan;                      // file; empty: a simulated one
  std::vector<std::string> checkpoints;  // infer: model files instead of random weights
  std::vector<int> kernels{9};
  std::vector<int> channels{64};
  std::vector<int> scales{1};
  std::vector<std::string> ops{"forward", "dgrad", "wgrad"};
  double sparsity = 0;
  std::vector<std::string> granularities{"offset"};
  std::vector<double> cost_exponents{0, 1};  // as sds.cost_exponent; of offset and block
  std::vector<double> point_shares{1};  // conv: sectors of the scan, as shares of the circle
  std::vector<int> thread_counts;       // conv: empty: all that are used anyway
  double width_factor = 1;  // infer: also the dense network this much wider
  Precision precision = Precision::f32;
  Device device;  // of conv, infer and train; map and io are the host's work
  int runs = 7;
  std::uint64_t seed = 0;
};

/// A way to prune that is timed beside the dense work.
struct BenchPruning {
  std::string granularity;
  double cost_exponent = 0;  // as sds.cost_exponent

  /// As in `40 % block per pair`.
  std::string name(double sparsity) const;
};

/// All that the options ask for, none without sparsity. Only offsets and blocks go by their cost.
std::vector<BenchPruning> bench_prunings(const BenchOptions& options);

/// Prunes the parameters. Without a cost exponent the masks are as SDS draws them, with a whole kernel
/// as one group. With one they are what a dozen updates of SDS leave, with thirds of the kernel as
/// groups and `pairs` as the cost of each offset.
std::unique_ptr<Sds> bench_masks(const BenchOptions& options, const BenchPruning& pruning,
                                 const std::vector<Parameter*>& parameters,
                                 const OffsetPairCounts& pairs);

/// FLOP of one conv: two per pair and weight that the pattern (null: dense) leaves.
double pattern_flops(const PairLists& pairs, int c_in, int c_out, const WeightPattern* pattern);

/// The scan to work on, with labels (invented where there are none).
LabelledScan bench_scan(const BenchOptions& options);

/// The paper's volume at 5 cm; scale s makes it s times coarser.
VoxelSettings bench_voxels();

void bench_conv(const BenchOptions& options, const MachineCeiling& machine,
                std::vector<BenchRow>& rows);
void bench_map(const BenchOptions& options, std::vector<BenchRow>& rows);
void bench_infer(const BenchOptions& options, const MachineCeiling& machine,
                 std::vector<BenchRow>& rows);
void bench_train(const BenchOptions& options, const MachineCeiling& machine,
                 std::vector<BenchRow>& rows);
void bench_io(const BenchOptions& options, std::vector<BenchRow>& rows);

}  // namespace lsk3d::cli
