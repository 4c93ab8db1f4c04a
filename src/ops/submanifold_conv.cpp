// SPDX-License-Identifier: MIT
#include "lsk3d/ops/submanifold_conv.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"
#include "lsk3d/ops/precision.h"

namespace lsk3d {
namespace {

constexpr const char* kOp = "sparse_conv";
constexpr std::int64_t kBlock = 16;  // channels, of a pattern's block

bool in_bf16(const Tensor& features) {
  return features.dtype() == DType::f32 && PrecisionScope::current() == Precision::bf16;
}

struct Widths {
  int c_in = 0, c_out = 0;
};

Widths check_weight(const Tensor& features, const Tensor& weight, const KernelMap& map) {
  const int c_in = require_matrix(kOp, "features", features);
  require_map(kOp, map, features);
  const KernelSize kernel = map.kernel();
  const std::int64_t c_out = weight.defined() && weight.rank() == 5 ? weight.dim(4) : 0;
  require_shape(kOp, "weight", weight, {kernel.z, kernel.y, kernel.x, c_in, c_out}, features);
  LSK3D_CHECK(c_out <= (1 << 20), UsageError, kOp, ": weight: expected at most 1048576 channels, ",
              "found ", to_string(weight.shape()));
  return {c_in, static_cast<int>(c_out)};
}

void check_pattern(const WeightPattern& pattern, int volume, Widths widths) {
  require_offsets(kOp, pattern.offsets, volume);
  if (pattern.block_mask.empty()) return;
  const std::size_t words = static_cast<std::size_t>(volume) *
                            static_cast<std::size_t>((widths.c_in + kBlock - 1) / kBlock);
  LSK3D_CHECK(pattern.block_mask.size() == words && widths.c_out <= 64 * kBlock, UsageError, kOp,
              ": pattern: expected a block mask of ", words, " words and at most ", 64 * kBlock,
              " output channels, found ", pattern.block_mask.size(), " words and ", widths.c_out,
              " channels");
}

ActiveWeights active_weights(const WeightPattern* pattern, const KernelMap& map, Widths widths) {
  if (!pattern) return {};
  check_pattern(*pattern, map.kernel().volume(), widths);
  return pattern->view();
}

}  // namespace

Tensor sparse_conv_forward(const Tensor& features, const Tensor& weight, const KernelMap& map,
                           const WeightPattern* pattern) {
  const Widths widths = check_weight(features, weight, map);
  Tensor output =
      Tensor::empty({map.rows_out(), widths.c_out}, features.dtype(), features.device());
  kernels(features.device())
      .conv.forward({.dtype = features.dtype(),
                     .pairs = map.pairs(),
                     .input = features.raw(),
                     .weight = weight.raw(),
                     .output = output.raw(),
                     .input_rows = map.rows_in(),
                     .output_rows = map.rows_out(),
                     .c_in = widths.c_in,
                     .c_out = widths.c_out,
                     .bf16 = in_bf16(features),
                     .active = active_weights(pattern, map, widths)});
  return output;
}

SparseConvGrads sparse_conv_backward(const Tensor& grad_output, const Tensor& features,
                                     const Tensor& weight, const KernelMap& map,
                                     const WeightPattern* pattern, bool want_features,
                                     bool want_weight) {
  const Widths widths = check_weight(features, weight, map);
  require_shape(kOp, "grad_output", grad_output, {map.rows_out(), widths.c_out}, features);
  const ConvKernels& family = kernels(features.device()).conv;
  const ActiveWeights active = active_weights(pattern, map, widths);
  SparseConvGrads grads;
  if (want_features) {
    grads.features = Tensor::empty(features.shape(), features.dtype(), features.device());
    family.forward({.dtype = features.dtype(),
                    .pairs = map.pairs(),
                    .input = grad_output.raw(),
                    .weight = weight.raw(),
                    .output = grads.features.raw(),
                    .input_rows = map.rows_out(),
                    .output_rows = map.rows_in(),
                    .c_in = widths.c_in,
                    .c_out = widths.c_out,
                    .input_gradient = true,
                    .bf16 = in_bf16(features) && !features.device().is_cpu(),
                    .active = active});
  }
  if (want_weight) {
    grads.weight = Tensor::empty(weight.shape(), weight.dtype(), weight.device());
    family.weight_grad({.dtype = features.dtype(),
                        .pairs = map.pairs(),
                        .input = features.raw(),
                        .grad_output = grad_output.raw(),
                        .grad_weight = grads.weight.raw(),
                        .c_in = widths.c_in,
                        .c_out = widths.c_out,
                        .active = active});
  }
  return grads;
}

}  // namespace lsk3d
