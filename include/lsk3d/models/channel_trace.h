// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/sparsity/channel_groups.h"

namespace lsk3d {

/// One forward pass in evaluation mode on a few made-up points, for an OpTrace of this thread to
/// see. Changes nothing.
void run_on_made_up_points(Lsk3dNet& model);

/// The channel groups of the model, from its own structure.
std::vector<ChannelGroup> channel_groups(Lsk3dNet& model);

/// The width that each of `groups` has in a model of `settings`: what a wide model is to be cut to.
std::vector<std::int64_t> group_widths(const std::vector<ChannelGroup>& groups,
                                       const ModelSettings& settings, const VoxelSettings& voxels);

}  // namespace lsk3d
