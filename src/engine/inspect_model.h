// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/engine/config.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

/// One weight or bias.
struct ParameterFacts {
  std::string name;
  Shape shape;
  std::int64_t parameters = 0, nonzero = 0;
  std::vector<double>
      groups;  // share of non-zeros by spatial group, z-major; empty where not sparse
  double dense_mac = 0, mac = 0;  // multiply-adds on the scan; without those of zero weights
};

struct ModelFacts {
  std::vector<ParameterFacts> layers;
  std::vector<int> partition;  // cuts of a kernel axis; empty where nothing can be sparse
  std::int64_t parameters = 0, nonzero = 0;
  std::int64_t sparse_parameters = 0, sparse_nonzero = 0;  // of the large kernels
  std::string scan;                                        // empty: operations were not counted
  std::int64_t scan_points = 0;                            // in the volume
  double dense_mac = 0, mac = 0;
};

/// Counts; with `scan_path` also runs the model on that scan to see how many rows each layer works
/// on.
ModelFacts inspect_model(Lsk3dNet& model, const Config& config, const std::string& scan_path);

}  // namespace lsk3d
