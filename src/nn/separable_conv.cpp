// SPDX-License-Identifier: MIT
#include "lsk3d/nn/separable_conv.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/init.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

Tensor weight_of(int channels, KernelSize k) {
  LSK3D_CHECK(channels >= 1 && k.z >= 1 && k.y >= 1 && k.x >= 1, UsageError,
              "DepthwiseConv: expected a width and kernel extents of at least 1, found ", channels,
              ", kernel ", k.z, "x", k.y, "x", k.x);
  return Tensor::zeros({k.z, k.y, k.x, channels});
}

}  // namespace

DepthwiseConv::DepthwiseConv(int channels, KernelSize kernel)
    : weight_(add_parameter("weight", weight_of(channels, kernel))) {}

Variable DepthwiseConv::operator()(const Variable& x, const KernelMap& map) const {
  Variable y = depthwise_conv(x, weight_.variable, map, weight_.pattern);
  report_layer(weight_.name, y.value());
  return y;
}

void DepthwiseConv::draw_parameters(std::uint64_t seed) {
  const Shape& shape = weight_.value().shape();
  fill_uniform(weight_, shape[0] * shape[1] * shape[2], seed);
}

SeparableConv::SeparableConv(int c_in, int c_out, KernelSize kernel)
    : depthwise_(c_in, kernel), pointwise_(c_in, c_out, /*bias=*/false) {
  add_child("depthwise", depthwise_);
  add_child("pointwise", pointwise_);
}

Variable SeparableConv::operator()(const Variable& x, const KernelMap& map) const {
  return pointwise_(depthwise_(x, map));
}

}  // namespace lsk3d
