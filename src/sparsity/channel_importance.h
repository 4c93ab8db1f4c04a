// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/kernels/channel.h"
#include "lsk3d/sparsity/channel_groups.h"

namespace lsk3d {

/// Importance of the channels of each group at this moment: the mean over the group's slices of
/// what each says, divided by its own mean so that layers of any size have one voice. `kind`: see
/// CwsSettings::importance.
std::vector<std::vector<double>> channel_importance(const std::vector<ChannelGroup>& groups,
                                                    const std::string& kind);

/// Where the `width` channels of a slice lie in its tensor.
ChannelView channel_view(const ChannelSlice& slice, std::int64_t width);

}  // namespace lsk3d
