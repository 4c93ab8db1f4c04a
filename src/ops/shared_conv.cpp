// SPDX-License-Identifier: MIT
#include "lsk3d/ops/shared_conv.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

constexpr const char* kOp = "shared_conv";

struct Widths {
  int c_in = 0, c_out = 0;
};

Widths check_weight(const Tensor& features, const Tensor& weight, const KernelMap& map,
                    const SpatialPartition& partition) {
  const int c_in = require_matrix(kOp, "features", features);
  require_map(kOp, map, features);
  const KernelSize cut = partition.kernel(), kernel = map.kernel();
  LSK3D_CHECK(cut == kernel, UsageError, kOp, ": partition: expected one of the map's kernel ",
              kernel.z, "x", kernel.y, "x", kernel.x, ", found one of ", cut.z, "x", cut.y, "x",
              cut.x);
  const std::int64_t c_out = weight.defined() && weight.rank() == 5 ? weight.dim(4) : 0;
  const int parts = partition.parts();
  require_shape(kOp, "weight", weight, {parts, parts, parts, c_in, c_out}, features);
  LSK3D_CHECK(c_out <= (1 << 20), UsageError, kOp, ": weight: expected at most 1048576 channels, ",
              "found ", to_string(weight.shape()));
  return {c_in, static_cast<int>(c_out)};
}

}  // namespace

Tensor shared_conv_forward(const Tensor& features, const Tensor& weight, const KernelMap& map,
                           const SpatialPartition& partition) {
  const Widths widths = check_weight(features, weight, map, partition);
  Tensor output =
      Tensor::empty({map.rows_out(), widths.c_out}, features.dtype(), features.device());
  kernels(features.device())
      .shared_conv.forward({.dtype = features.dtype(),
                            .pairs = map.pairs(),
                            .groups = partition.view(),
                            .input = features.raw(),
                            .weight = weight.raw(),
                            .output = output.raw(),
                            .output_rows = map.rows_out(),
                            .c_in = widths.c_in,
                            .c_out = widths.c_out});
  return output;
}

SharedConvGrads shared_conv_backward(const Tensor& grad_output, const Tensor& features,
                                     const Tensor& weight, const KernelMap& map,
                                     const SpatialPartition& partition, bool want_features,
                                     bool want_weight) {
  const Widths widths = check_weight(features, weight, map, partition);
  require_shape(kOp, "grad_output", grad_output, {map.rows_out(), widths.c_out}, features);
  const SharedConvKernels& family = kernels(features.device()).shared_conv;
  SharedConvGrads grads;
  if (want_features) {
    grads.features = Tensor::empty(features.shape(), features.dtype(), features.device());
    family.forward({.dtype = features.dtype(),
                    .pairs = map.pairs(),
                    .groups = partition.view(),
                    .input = grad_output.raw(),
                    .weight = weight.raw(),
                    .output = grads.features.raw(),
                    .output_rows = map.rows_in(),
                    .c_in = widths.c_in,
                    .c_out = widths.c_out,
                    .input_gradient = true});
  }
  if (want_weight) {
    grads.weight = Tensor::empty(weight.shape(), weight.dtype(), weight.device());
    family.weight_grad({.dtype = features.dtype(),
                        .pairs = map.pairs(),
                        .groups = partition.view(),
                        .input = features.raw(),
                        .grad_output = grad_output.raw(),
                        .grad_weight = grads.weight.raw(),
                        .rows_out = map.rows_out(),
                        .c_in = widths.c_in,
                        .c_out = widths.c_out});
  }
  return grads;
}

}  // namespace lsk3d
