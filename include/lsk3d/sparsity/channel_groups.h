// SPDX-License-Identifier: MIT
// Which channels stand or fall together, read from how a model's ops are wired.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/nn/parameter.h"

namespace lsk3d {

/// A run of `width` indices from `offset` on along `axis` of one parameter or buffer.
struct ChannelSlice {
  Parameter* parameter = nullptr;  // one of the two is set
  Buffer* buffer = nullptr;
  int axis = 0;
  std::int64_t offset = 0;

  const std::string& name() const { return parameter ? parameter->name : buffer->name; }
  Tensor& tensor() const { return parameter ? parameter->value() : buffer->value; }
};

/// Channels that mean the same everywhere: index `offset + c` of every slice belongs to channel c,
/// and a channel is cut from all slices or from none.
struct ChannelGroup {
  std::int64_t width = 0;
  std::vector<ChannelSlice> slices;  // in the order of the parameters, then of the buffers
  bool fixed = false;                // channels of the model's input or output: never cut
};

/// Groups of all parameters and buffers that the trace of one forward pass met: sums tie the
/// channels of their terms, batch norm, activations, pooling and depth-wise convs hand them
/// through, concatenation lays them side by side, linear layers and convs end a group and begin
/// another. Throws InternalError where the pass used an op that does not take part in tracing.
std::vector<ChannelGroup> find_channel_groups(const OpTrace& trace,
                                              const std::vector<Parameter*>& parameters,
                                              const std::vector<Buffer*>& buffers);

/// The widths that `groups` of one model have in `other`, a model of the same structure; throws
/// InternalError where the structures differ.
std::vector<std::int64_t> widths_in(const std::vector<ChannelGroup>& groups,
                                    const std::vector<ChannelGroup>& other);

}  // namespace lsk3d
