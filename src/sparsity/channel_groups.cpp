// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/channel_groups.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "lsk3d/core/check.h"
#include "trace_source.h"

namespace lsk3d {
namespace {

using Kind = TracedOp::Kind;

/// Union-find over (tensor, axis, index).
class Ties {
 public:
  /// Node of index 0; those of the others follow.
  std::size_t nodes(const Tensor& tensor, int axis) {
    const auto [it, fresh] = first_.try_emplace({&tensor, axis}, parent_.size());
    if (fresh) {
      parent_.resize(parent_.size() + static_cast<std::size_t>(tensor.dim(axis)));
      std::iota(parent_.begin() + static_cast<std::ptrdiff_t>(it->second), parent_.end(),
                it->second);
    }
    return it->second;
  }
  bool knows(const Tensor& tensor, int axis) const { return first_.contains({&tensor, axis}); }

  void tie(std::size_t a, std::size_t b, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) parent_[root(b++)] = root(a++);
  }
  std::size_t root(std::size_t node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }

 private:
  std::map<std::pair<const Tensor*, int>, std::size_t> first_;
  std::vector<std::size_t> parent_;
};

void tie_all(Ties& ties, const Tensor& a, int axis_a, const Tensor& b, int axis_b) {
  LSK3D_ASSERT(a.dim(axis_a) == b.dim(axis_b), "channels ", to_string(a.shape()), " and ",
               to_string(b.shape()), " of one op");
  ties.tie(ties.nodes(a, axis_a), ties.nodes(b, axis_b), a.dim(axis_a));
}

void follow(const TracedOp& op, Ties& ties) {
  const Tensor& y = op.output.value();
  switch (op.kind) {
    case Kind::linear:
    case Kind::sparse_conv: {
      const Tensor& weight = op.parameters[0].value();
      const bool conv = op.kind == Kind::sparse_conv;
      tie_all(ties, op.inputs[0].value(), 1, weight, conv ? 3 : 1);
      tie_all(ties, y, 1, weight, conv ? 4 : 0);
      if (op.parameters.size() > 1) tie_all(ties, y, 1, op.parameters[1].value(), 0);
      break;
    }
    case Kind::depthwise_conv:
      tie_all(ties, op.inputs[0].value(), 1, y, 1);
      tie_all(ties, y, 1, op.parameters[0].value(), 3);
      break;
    case Kind::batch_norm:
      tie_all(ties, op.inputs[0].value(), 1, y, 1);
      for (const Variable& parameter : op.parameters) tie_all(ties, y, 1, parameter.value(), 0);
      for (const Tensor* buffer : op.buffers) tie_all(ties, y, 1, *buffer, 0);
      break;
    case Kind::rowwise:
    case Kind::add:
      for (const Variable& x : op.inputs) tie_all(ties, x.value(), 1, y, 1);
      break;
    case Kind::concat: {
      std::size_t column = ties.nodes(y, 1);
      for (const Variable& x : op.inputs) {
        ties.tie(ties.nodes(x.value(), 1), column, x.dim(1));
        column += static_cast<std::size_t>(x.dim(1));
      }
      break;
    }
    case Kind::column_slice: {
      const Tensor& weight = op.inputs[0].value();
      tie_all(ties, weight, 0, y, 0);
      ties.tie(ties.nodes(weight, 1) + static_cast<std::size_t>(op.column), ties.nodes(y, 1),
               y.dim(1));
      break;
    }
  }
}

struct Slot {
  std::size_t owner;  // index into the list of owners
  int axis;
  std::int64_t index;
};

}  // namespace

std::vector<ChannelGroup> find_channel_groups(const OpTrace& trace,
                                              const std::vector<Parameter*>& parameters,
                                              const std::vector<Buffer*>& buffers) {
  Ties ties;
  const Tensor& source = only_source(trace, parameters);
  for (const TracedOp& op : trace.ops()) follow(op, ties);

  std::vector<ChannelSlice> owners;
  for (Parameter* p : parameters) owners.push_back({p, nullptr});
  for (Buffer* b : buffers) owners.push_back({nullptr, b});

  // Each set of tied places is one channel; `channels` lists them by their first place.
  std::vector<std::vector<Slot>> channels;
  std::map<std::size_t, std::size_t> channel_of_root;
  for (std::size_t o = 0; o < owners.size(); ++o)
    for (int axis = 0; axis < owners[o].tensor().rank(); ++axis) {
      const Tensor& tensor = owners[o].tensor();
      if (!ties.knows(tensor, axis)) continue;
      const std::size_t node = ties.nodes(tensor, axis);
      for (std::int64_t i = 0; i < tensor.dim(axis); ++i) {
        const std::size_t root = ties.root(node + static_cast<std::size_t>(i));
        const auto [it, fresh] = channel_of_root.try_emplace(root, channels.size());
        if (fresh) channels.emplace_back();
        channels[it->second].push_back({o, axis, i});
      }
    }

  std::set<std::size_t> fixed;  // roots
  const Tensor* const ends[] = {&source, &trace.ops().back().output.value()};
  for (const Tensor* end : ends)
    for (std::int64_t i = 0; i < end->dim(1); ++i)
      fixed.insert(ties.root(ties.nodes(*end, 1) + static_cast<std::size_t>(i)));
  std::set<std::size_t> fixed_channels;
  for (const auto& [root, channel] : channel_of_root)
    if (fixed.contains(root)) fixed_channels.insert(channel);

  // Channels that live in the same places are one group.
  std::vector<ChannelGroup> groups;
  std::map<std::vector<std::pair<std::size_t, int>>, std::size_t> group_of_places;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    std::vector<std::pair<std::size_t, int>> places;
    for (const Slot& slot : channels[c]) places.emplace_back(slot.owner, slot.axis);
    const auto [it, fresh] = group_of_places.try_emplace(places, groups.size());
    if (fresh) {
      groups.emplace_back();
      for (const Slot& slot : channels[c]) {
        ChannelSlice slice = owners[slot.owner];
        slice.axis = slot.axis;
        slice.offset = slot.index;
        groups.back().slices.push_back(slice);
      }
    }
    ChannelGroup& group = groups[it->second];
    for (std::size_t s = 0; s < group.slices.size(); ++s)
      LSK3D_ASSERT(channels[c][s].index == group.slices[s].offset + group.width,
                   group.slices[s].name(), ": tied channels in another order");
    ++group.width;
    group.fixed = group.fixed || fixed_channels.contains(c);
  }
  return groups;
}

std::vector<std::int64_t> widths_in(const std::vector<ChannelGroup>& groups,
                                    const std::vector<ChannelGroup>& other) {
  const auto same_places = [](const ChannelGroup& a, const ChannelGroup& b) {
    return std::equal(a.slices.begin(), a.slices.end(), b.slices.begin(), b.slices.end(),
                      [](const ChannelSlice& x, const ChannelSlice& y) {
                        return x.name() == y.name() && x.axis == y.axis;
                      });
  };
  LSK3D_ASSERT(groups.size() == other.size(), "models of ", groups.size(), " and ", other.size(),
               " channel groups");
  std::vector<std::int64_t> widths;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    LSK3D_ASSERT(same_places(groups[g], other[g]), "channel group ", g, " differs");
    widths.push_back(other[g].width);
  }
  return widths;
}

}  // namespace lsk3d
