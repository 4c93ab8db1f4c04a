// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/engine/config.h"

namespace lsk3d {

/// What was found in a checkpoint of the release.
struct ImportReport {
  std::int64_t tensors = 0;     // of the model's state
  std::int64_t parameters = 0;  // learnable numbers
  std::int64_t masks = 0;       // layers with an SDS mask
  double sparsity = 0;          // share of zero weights in the layers that SDS may prune
};

/// Converts a PyTorch checkpoint of the authors' release to a model file. Accepted are a state
/// dictionary alone or under "checkpoint", "model_state", "model", "state_dict" or "network", each
/// with or without "module." before its names, and SDS masks under "mask" ({layer: {spatial group:
/// tensor}}; a group without a mask is dense). Masks are applied to the weights.
///
/// The model file's configuration is `config`, except that its normals become "reference", which
/// released weights were trained on, and that its sds section tells the masks' partition and
/// sparsity. Throws DataError naming every missing, unexpected or misshapen tensor, UsageError
/// where the label map has another number of classes.
ImportReport import_release_checkpoint(const std::string& input, const Config& config,
                                       const std::string& out);

struct ImportOptions {
  std::string config;            // path of a YAML file; "": none
  std::vector<std::string> set;  // overrides
};

/// The same with a configuration that need not say what the file does: classes, channels, kernel
/// size and number of blocks are found from its tensors' shapes, the partition from its masks. What
/// neither says (volume, grid, scales, label map) is as SemanticKITTI's, its multi-scan task's or
/// nuScenes' networks have it, by the number of classes, and named in the log. DataError that names
/// tensor and key where `options` contradict the file; UsageError where no label map fits.
ImportReport import_release_checkpoint(const std::string& input, const ImportOptions& options,
                                       const std::string& out);

}  // namespace lsk3d
