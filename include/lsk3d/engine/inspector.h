// SPDX-License-Identifier: MIT
// What is in a file: a model file, training state, PyTorch checkpoint, configuration or scan.
#pragma once
#include <functional>
#include <string>

#include "lsk3d/data/cloud_format.h"
#include "lsk3d/models/sensor_settings.h"

namespace lsk3d {

struct InspectOptions {
  std::string scan;   // for models and configurations: also count operations on this scan
  bool json = false;  // JSON instead of text
  /// How scans are read, from what a model or configuration says, else the defaults; empty: as that.
  std::function<CloudFormat(const CloudFormat&, const SensorSettings&)> read_as = {};
};

/// Looks at `path` and tells, for
///  * a model file, training state or configuration: layers, shapes, parameters and how many are
///  not
///    zero, sparsity by layer and spatial group, and operations on a scan where one is given;
///  * another safetensors file or a PyTorch checkpoint: its tensors;
///  * a scan: points, extent, what is wrong with it;
/// each with the file's size. Throws DataError where the file is none of these or damaged.
std::string inspect(const std::string& path, const InspectOptions& options = {});

}  // namespace lsk3d
