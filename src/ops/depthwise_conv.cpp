// SPDX-License-Identifier: MIT
#include "lsk3d/ops/depthwise_conv.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

constexpr const char* kOp = "depthwise_conv";

int check_weight(const Tensor& features, const Tensor& weight, const KernelMap& map) {
  const int channels = require_matrix(kOp, "features", features);
  require_map(kOp, map, features);
  const KernelSize kernel = map.kernel();
  require_shape(kOp, "weight", weight, {kernel.z, kernel.y, kernel.x, channels}, features);
  return channels;
}

ActiveWeights active_weights(const WeightPattern* pattern, const KernelMap& map) {
  if (!pattern) return {};
  require_offsets(kOp, pattern->offsets, map.kernel().volume());
  LSK3D_CHECK(pattern->block_mask.empty(), UsageError, kOp,
              ": pattern: expected offsets alone, found a mask of channel blocks");
  return pattern->view();
}

}  // namespace

Tensor depthwise_conv_forward(const Tensor& features, const Tensor& weight, const KernelMap& map,
                              const WeightPattern* pattern) {
  const int channels = check_weight(features, weight, map);
  Tensor output = Tensor::empty({map.rows_out(), channels}, features.dtype(), features.device());
  kernels(features.device())
      .depthwise_conv.forward({.dtype = features.dtype(),
                               .pairs = map.pairs(),
                               .input = features.raw(),
                               .weight = weight.raw(),
                               .output = output.raw(),
                               .output_rows = map.rows_out(),
                               .channels = channels,
                               .active = active_weights(pattern, map)});
  return output;
}

DepthwiseConvGrads depthwise_conv_backward(const Tensor& grad_output, const Tensor& features,
                                           const Tensor& weight, const KernelMap& map,
                                           const WeightPattern* pattern, bool want_features,
                                           bool want_weight) {
  const int channels = check_weight(features, weight, map);
  require_shape(kOp, "grad_output", grad_output, {map.rows_out(), channels}, features);
  const DepthwiseConvKernels& family = kernels(features.device()).depthwise_conv;
  const ActiveWeights active = active_weights(pattern, map);
  DepthwiseConvGrads grads;
  if (want_features) {
    grads.features = Tensor::empty(features.shape(), features.dtype(), features.device());
    family.forward({.dtype = features.dtype(),
                    .pairs = map.pairs(),
                    .input = grad_output.raw(),
                    .weight = weight.raw(),
                    .output = grads.features.raw(),
                    .output_rows = map.rows_in(),
                    .channels = channels,
                    .input_gradient = true,
                    .active = active});
  }
  if (want_weight) {
    grads.weight = Tensor::empty(weight.shape(), weight.dtype(), weight.device());
    family.weight_grad({.dtype = features.dtype(),
                        .pairs = map.pairs(),
                        .input = features.raw(),
                        .grad_output = grad_output.raw(),
                        .grad_weight = grads.weight.raw(),
                        .channels = channels,
                        .active = active});
  }
  return grads;
}

}  // namespace lsk3d
