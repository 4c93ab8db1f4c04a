// SPDX-License-Identifier: MIT
// What `lsk3d bench` can time. Each subject appends its rows.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bench/measurement.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/ops/precision.h"

namespace lsk3d::cli {

struct BenchOptions {
  std::string scan;        // file; empty: a simulated one
  std::string checkpoint;  // infer: a model file instead of random weights
  std::vector<int> kernels{9};
  std::vector<int> channels{64};
  std::vector<int> scales{1};
  std::vector<std::string> ops{"forward", "dgrad", "wgrad"};
  double sparsity = 0;
  std::string granularity = "offset";
  Precision precision = Precision::f32;
  Device device;  // of conv, infer and train; map and io are the host's work
  int runs = 7;
  std::uint64_t seed = 0;
};

/// The scan to work on, with labels (invented where there are none).
LabelledScan bench_scan(const BenchOptions& options);

/// The paper's volume at 5 cm; scale s makes it s times coarser.
VoxelSettings bench_voxels();

void bench_conv(const BenchOptions& options, const MachineCeiling& machine, std::vector<BenchRow>& rows);
void bench_map(const BenchOptions& options, std::vector<BenchRow>& rows);
void bench_infer(const BenchOptions& options, const MachineCeiling& machine, std::vector<BenchRow>& rows);
void bench_train(const BenchOptions& options, const MachineCeiling& machine, std::vector<BenchRow>& rows);
void bench_io(const BenchOptions& options, std::vector<BenchRow>& rows);

}  // namespace lsk3d::cli
