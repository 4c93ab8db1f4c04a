// SPDX-License-Identifier: MIT
#include <filesystem>

#include "bench/subjects.h"
#include "lsk3d/data/simulator/street_simulator.h"

namespace lsk3d::cli {

LabelledScan bench_scan(const BenchOptions& options) {
  const LabelMap labels = load_label_map("semantic_kitti");
  LabelledScan scan;
  if (options.scan.empty()) {
    const SimulatedScan simulated = StreetSimulator(options.seed, 0).scan(0);
    scan.scan.points = simulated.points;
    scan.scan.file_points = simulated.points.dim(0);
    scan.scan.kept = Tensor::empty({scan.scan.file_points}, DType::i32);
    std::int32_t row = 0;
    for (std::int32_t& kept : scan.scan.kept.span<std::int32_t>()) kept = row++;
    scan.scan.path = "simulated street";
    scan.classes = labels.classes_of(simulated.labels, scan.scan.path);
    return scan;
  }
  scan.scan = read_scan(options.scan);
  // Any labels will do for timing a training step.
  scan.classes = Tensor::empty({scan.scan.points.dim(0)}, DType::i32);
  std::int32_t next = 0;
  for (std::int32_t& label : scan.classes.span<std::int32_t>())
    label = 1 + next++ % (labels.classes() - 1);
  return scan;
}

VoxelSettings bench_voxels() { return {}; }

}  // namespace lsk3d::cli
