// SPDX-License-Identifier: MIT
#include "lsk3d/nn/shared_conv.h"

#include <utility>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/init.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

Tensor weight_of(int c_in, int c_out, int parts) {
  LSK3D_CHECK(c_in >= 1 && c_out >= 1, UsageError,
              "SharedConv: expected widths of at least 1, found ", c_in, " -> ", c_out);
  return Tensor::zeros({parts, parts, parts, c_in, c_out});
}

}  // namespace

SharedConv::SharedConv(int c_in, int c_out, SpatialPartition partition)
    : partition_(std::move(partition)),
      weight_(add_parameter("weight", weight_of(c_in, c_out, partition_.parts()))) {}

Variable SharedConv::operator()(const Variable& x, const KernelMap& map) const {
  Variable y = shared_conv(x, weight_.variable, map, partition_);
  report_layer(weight_.name, y.value());
  return y;
}

void SharedConv::draw_parameters(std::uint64_t seed) {
  // As many inputs meet in one output as under a kernel whose offsets share nothing.
  fill_uniform(weight_, partition_.kernel().volume() * weight_.value().dim(3), seed);
}

}  // namespace lsk3d
