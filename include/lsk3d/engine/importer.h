// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

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

}  // namespace lsk3d
