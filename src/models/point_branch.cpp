// SPDX-License-Identifier: MIT
#include "point_branch.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/ops/segments.h"
#include "residual_block.h"
#include "row_parts.h"

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
  const auto own = [&](const Variable& rows) { return leaky_relu(own_(rows), kSlope); };
  const auto wide = [&] {
    Variable b = segment_mean(f, coarser);
    b = wide_norm_0_(leaky_relu(wide_0_(b), kSlope));
    b = wide_norm_1_(leaky_relu(wide_1_(b), kSlope));
    return leaky_relu(wide_2_(b), kSlope);
  };
  const auto out = [&](const Variable& a, const Variable& b) {
    return out_1_(leaky_relu(out_0_(concat({a, b})), kSlope));
  };
  if (!may_run_in_parts(*this)) {
    const Variable a = own(f);
    return out(a, gather(wide(), coarser));
  }
  const Variable b = wide();
  return in_parts(f.dim(0), f.value().device(), [&](std::int64_t begin, std::int64_t end) {
    return out(own(Variable(f.value().rows(begin, end))),
               Variable(gather_forward(b.value(), coarser.index.rows(begin, end))));
  });
}

}  // namespace lsk3d
