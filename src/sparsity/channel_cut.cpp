// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/channel_cut.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "channel_importance.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

/// Elements before, along and behind an axis.
struct Extents {
  std::int64_t outer = 1, along = 1, inner = 1;
  Extents(const Shape& shape, int axis) {
    for (int d = 0; d < static_cast<int>(shape.size()); ++d) {
      const std::int64_t extent = shape[static_cast<std::size_t>(d)];
      (d < axis ? outer : d == axis ? along : inner) *= extent;
    }
  }
};

void check(const std::vector<ChannelGroup>& groups, const KeptChannels& kept) {
  LSK3D_ASSERT(groups.size() == kept.size(), kept.size(), " lists of channels for ", groups.size(),
               " groups");
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& list = kept[g];
    const bool rising = std::is_sorted(list.begin(), list.end(), std::less_equal<>());
    LSK3D_ASSERT(rising && !list.empty() && list.front() >= 0 && list.back() < groups[g].width,
                 "channels to keep of group ", g, " of width ", groups[g].width);
    LSK3D_ASSERT(!groups[g].fixed || static_cast<std::int64_t>(list.size()) == groups[g].width,
                 "group ", g, " holds the model's input or output and cannot be cut");
  }
}

/// Along each axis of each tensor that loses channels: the indices that stay.
class Remaining {
 public:
  Remaining(const std::vector<ChannelGroup>& groups, const KeptChannels& kept) {
    std::map<const Tensor*, std::map<int, std::vector<std::uint8_t>>> stays;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::vector<std::uint8_t> flags(static_cast<std::size_t>(groups[g].width), 0);
      for (std::int64_t c : kept[g]) flags[static_cast<std::size_t>(c)] = 1;
      for (const ChannelSlice& slice : groups[g].slices) {
        auto& all = stays[&slice.tensor()][slice.axis];
        all.resize(static_cast<std::size_t>(slice.tensor().dim(slice.axis)), 1);
        std::copy(flags.begin(), flags.end(),
                  all.begin() + static_cast<std::ptrdiff_t>(slice.offset));
      }
    }
    for (const auto& [tensor, axes] : stays)
      for (const auto& [axis, flags] : axes) {
        auto& list = kept_[tensor][axis];
        for (std::size_t i = 0; i < flags.size(); ++i)
          if (flags[i]) list.push_back(static_cast<std::int64_t>(i));
        if (list.size() == flags.size()) kept_[tensor].erase(axis);
      }
  }

  bool changes(const Tensor& tensor) const {
    const auto it = kept_.find(&tensor);
    return it != kept_.end() && !it->second.empty();
  }
  /// `value`, shaped as `tensor`, without what goes.
  Tensor apply(const Tensor& tensor, Tensor value) const {
    for (const auto& [axis, kept] : kept_.at(&tensor)) value = take(value, axis, kept);
    return value;
  }
  /// Where index `i` along an axis of `tensor` comes to lie.
  std::int64_t moved(const Tensor& tensor, int axis, std::int64_t i) const {
    const auto it = kept_.find(&tensor);
    if (it == kept_.end() || !it->second.contains(axis)) return i;
    const auto& kept = it->second.at(axis);
    return std::lower_bound(kept.begin(), kept.end(), i) - kept.begin();
  }

 private:
  std::map<const Tensor*, std::map<int, std::vector<std::int64_t>>> kept_;
};

}  // namespace

Tensor take(const Tensor& tensor, int axis, const std::vector<std::int64_t>& kept) {
  if (!tensor.device().is_cpu())  // a few times in a training run
    return take(tensor.to(Device::cpu()), axis, kept).to(tensor.device());
  const Extents from(tensor.shape(), axis);
  LSK3D_ASSERT(kept.empty() || kept.back() < from.along, "index ", kept.back(), " along axis ",
               axis, " of ", to_string(tensor.shape()));
  Shape shape = tensor.shape();
  shape[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(kept.size());
  Tensor out = Tensor::empty(shape, tensor.dtype(), tensor.device());
  const auto* in = static_cast<const std::byte*>(tensor.raw());
  auto* to = static_cast<std::byte*>(out.raw());
  const std::size_t row = static_cast<std::size_t>(from.inner) * size_of(tensor.dtype());
  parallel_for(from.outer, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o)
      for (std::size_t k = 0; k < kept.size(); ++k)
        std::memcpy(to + (static_cast<std::size_t>(o) * kept.size() + k) * row,
                    in + static_cast<std::size_t>(o * from.along + kept[k]) * row, row);
  });
  return out;
}

void fade_channels(const std::vector<ChannelGroup>& groups, const KeptChannels& kept,
                   double factor) {
  check(groups, kept);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const ChannelSlice& slice : groups[g].slices) {
      // The inputs of a linear layer [C_out, C_in] or a conv [kz, ky, kx, C_in, C_out].
      const int rank = slice.tensor().rank();
      if (!slice.parameter || slice.axis != (rank == 5 ? 3 : 1)) continue;
      std::vector<double> factors(static_cast<std::size_t>(groups[g].width), factor);
      for (std::int64_t c : kept[g]) factors[static_cast<std::size_t>(c)] = 1;
      const Device device = slice.tensor().device();
      const Tensor on_device = Tensor::from(factors, {groups[g].width}).to(device);
      kernels(device).channel.scale({.view = channel_view(slice, groups[g].width),
                                     .x = slice.tensor().address<float>(),
                                     .factors = on_device.address<double>()});
    }
}

void cut_channels(std::vector<ChannelGroup>& groups, const KeptChannels& kept, Optimizer* optimizer,
                  Sds* sds, std::int64_t step) {
  check(groups, kept);
  const Remaining remaining(groups, kept);
  std::map<Parameter*, int>
      parameters;  // pointers only to visit each once; the order does not matter
  std::map<Buffer*, int> buffers;
  for (ChannelGroup& group : groups)
    for (ChannelSlice& slice : group.slices) {
      if (slice.parameter) parameters[slice.parameter];
      else buffers[slice.buffer];
      slice.offset = remaining.moved(slice.tensor(), slice.axis, slice.offset);
    }
  for (std::size_t g = 0; g < groups.size(); ++g)
    groups[g].width = static_cast<std::int64_t>(kept[g].size());

  for (auto& [parameter, unused] : parameters) {
    Tensor& value = parameter->value();
    if (!remaining.changes(value)) continue;
    value = remaining.apply(value, value);
    parameter->variable.clear_grad();
    parameter->pattern = nullptr;
    if (optimizer)
      optimizer->replace_state(*parameter,
                               [&](const Tensor& state) { return remaining.apply(value, state); });
  }
  for (auto& [buffer, unused] : buffers)
    if (remaining.changes(buffer->value))
      buffer->value = remaining.apply(buffer->value, buffer->value);
  if (!sds) return;
  LSK3D_ASSERT(optimizer, "masks are cut together with the optimizer's state");
  sds->follow_cut(
      [&](const Parameter& parameter, const Tensor& mask) {
        return remaining.changes(parameter.value()) ? remaining.apply(parameter.value(), mask)
                                                    : mask;
      },
      *optimizer, step);
}

}  // namespace lsk3d
