// SPDX-License-Identifier: MIT
#include "point_branch.h"

#include "lsk3d/autograd/functions.h"
#include "residual_block.h"

namespace lsk3d {

PointBranch::PointBranch(int channels)
    : own_(channels, channels),
      wide_0_(channels, channels / 2),
      wide_norm_0_(channels / 2),
      wide_1_(channels / 2, channels / 2),
      wide_norm_1_(channels / 2),
      wide_2_(channels / 2, channels),
      out_0_(2 * channels, channels),
      out_1_(channels, channels) {
  add_child("layer_in.0", own_);
  add_child("PPmodel.0", wide_0_);
  add_child("PPmodel.2", wide_norm_0_);
  add_child("PPmodel.3", wide_1_);
  add_child("PPmodel.5", wide_norm_1_);
  add_child("PPmodel.6", wide_2_);
  add_child("layer_out.0", out_0_);
  add_child("layer_out.2", out_1_);
}

Variable PointBranch::operator()(const Variable& f, const Segments& coarser) {
  const Variable a = leaky_relu(own_(f), kSlope);
  Variable b = segment_mean(f, coarser);
  b = wide_norm_0_(leaky_relu(wide_0_(b), kSlope));
  b = wide_norm_1_(leaky_relu(wide_1_(b), kSlope));
  b = gather(leaky_relu(wide_2_(b), kSlope), coarser);
  return out_1_(leaky_relu(out_0_(concat({a, b})), kSlope));
}

}  // namespace lsk3d
