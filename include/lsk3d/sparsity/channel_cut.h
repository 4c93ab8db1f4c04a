// SPDX-License-Identifier: MIT
// Cutting channels out of a model: the tensors really shrink.
#pragma once
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "lsk3d/optim/optimizer.h"
#include "lsk3d/sparsity/channel_groups.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d {

/// By group, the channels that stay, increasing.
using KeptChannels = std::vector<std::vector<std::int64_t>>;

/// The elements of `tensor` whose index along `axis` is in `kept` (increasing), in that order.
Tensor take(const Tensor& tensor, int axis, const std::vector<std::int64_t>& kept);

/// Multiplies what layers read from the channels that do not stay by `factor`. At 0 these channels
/// no longer reach the output: the model then computes what it will compute once they are cut.
void fade_channels(const std::vector<ChannelGroup>& groups, const KeptChannels& kept,
                   double factor);

/// Removes the channels that do not stay from parameters, buffers and, where given, from the
/// optimizer's state and the masks; gradients are dropped. `groups` has the new widths and offsets
/// afterwards. `step`: optimizer steps done.
void cut_channels(std::vector<ChannelGroup>& groups, const KeptChannels& kept,
                  Optimizer* optimizer = nullptr, Sds* sds = nullptr, std::int64_t step = 0);

}  // namespace lsk3d
