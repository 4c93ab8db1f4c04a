// SPDX-License-Identifier: MIT
#include "residual_block.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/nn/observer.h"
#include "lsk3d/nn/separable_conv.h"
#include "lsk3d/nn/shared_conv.h"
#include "lsk3d/nn/sparse_conv.h"
#include "row_parts.h"

namespace lsk3d {
namespace {

std::unique_ptr<LargeConv> make_conv(int c_in, int c_out, const ModelSettings& s) {
  if (s.conv == "depthwise") return std::make_unique<SeparableConv>(c_in, c_out, s.kernel);
  if (s.conv == "shared")
    return std::make_unique<SharedConv>(
        c_in, c_out, SpatialPartition(s.kernel, s.shared_partition, "model.shared_partition"));
  return std::make_unique<SparseConv>(c_in, c_out, s.kernel);
}

}  // namespace

ResidualBlock::ResidualBlock(const ModelSettings& s)
    : shortcut_(s.channels, s.channels, /*bias=*/false),
      shortcut_norm_(s.channels),
      conv_0_(make_conv(s.channels, s.inner_width(), s)),
      norm_0_(s.inner_width()),
      conv_1_(make_conv(s.inner_width(), s.channels, s)),
      norm_1_(s.channels) {
  add_child("layers_in.0", shortcut_);
  add_child("layers_in.1", shortcut_norm_);
  add_child("layers.0", *conv_0_);
  add_child("layers.1", norm_0_);
  add_child("layers.3", *conv_1_);
  add_child("layers.4", norm_1_);
}

Variable ResidualBlock::operator()(const Variable& x, const KernelMap& map) {
  Variable h = norm_0_((*conv_0_)(x, map), kSlope);
  h = (*conv_1_)(h, map);
  const auto sum = [&](const Variable& of_convs, const Variable& of_x) {
    const Variable normalised = norm_1_(of_convs);
    return add_leaky_relu(normalised, shortcut_norm_(shortcut_(of_x)), kSlope);
  };
  if (may_run_in_parts(*this))
    return in_parts(x.dim(0), x.value().device(), [&](std::int64_t begin, std::int64_t end) {
      return sum(Variable(h.value().rows(begin, end)), Variable(x.value().rows(begin, end)));
    });
  Variable out = sum(h, x);
  report_layer(full_name() + ".", out.value());
  return out;
}

}  // namespace lsk3d
