// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

/// SDS masks as the release stores them: one tensor per layer and spatial group.
struct ReleaseMasks {
  std::vector<int> partition;  // cuts of each kernel axis
  std::int64_t layers = 0;     // layers that were masked
};

/// Sets to zero the weights that the masks under `prefix` of `file` prune. `partition` is tried
/// first; where it does not fit the masks' shapes, the cuts are found from those. Throws DataError
/// naming the mask that belongs to no layer or has an impossible shape; nothing was changed then.
ReleaseMasks apply_release_masks(Lsk3dNet& model, const TensorFile& file, const std::string& prefix,
                                 const std::vector<int>& partition);

}  // namespace lsk3d
