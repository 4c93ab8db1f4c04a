// SPDX-License-Identifier: MIT
#include "residual_block.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {

ResidualBlock::ResidualBlock(int channels, int inner_channels, KernelSize kernel)
    : shortcut_(channels, channels, /*bias=*/false),
      shortcut_norm_(channels),
      conv_0_(channels, inner_channels, kernel),
      norm_0_(inner_channels),
      conv_1_(inner_channels, channels, kernel),
      norm_1_(channels) {
  add_child("layers_in.0", shortcut_);
  add_child("layers_in.1", shortcut_norm_);
  add_child("layers.0", conv_0_);
  add_child("layers.1", norm_0_);
  add_child("layers.3", conv_1_);
  add_child("layers.4", norm_1_);
}

Variable ResidualBlock::operator()(const Variable& x, const KernelMap& map) {
  Variable h = norm_0_(conv_0_(x, map), kSlope);
  h = norm_1_(conv_1_(h, map));
  Variable out = add_leaky_relu(h, shortcut_norm_(shortcut_(x)), kSlope);
  report_layer(full_name() + ".", out.value());
  return out;
}

}  // namespace lsk3d
