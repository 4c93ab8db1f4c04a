// SPDX-License-Identifier: MIT
#include "lsk3d/ops/linear.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

constexpr const char* kOp = "linear";

/// C_out of the weight, which must read `c_in` channels.
int check_weight(const Tensor& weight, int c_in, const Tensor& x) {
  const int c_out =
      require_matrix(kOp, "weight", weight) >= 0 ? static_cast<int>(weight.dim(0)) : 0;
  require_shape(kOp, "weight", weight, {c_out, c_in}, x);
  return c_out;
}

}  // namespace

Tensor linear_forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const int c_in = require_matrix(kOp, "x", x), c_out = check_weight(weight, c_in, x);
  if (bias.defined()) require_shape(kOp, "bias", bias, {c_out}, x);
  Tensor y = Tensor::empty({x.dim(0), c_out}, x.dtype(), x.device());
  kernels(x.device())
      .linear.forward({.dtype = x.dtype(),
                       .x = x.raw(),
                       .weight = weight.raw(),
                       .bias = bias.defined() ? bias.raw() : nullptr,
                       .y = y.raw(),
                       .n = x.dim(0),
                       .c_in = c_in,
                       .c_out = c_out});
  return y;
}

LinearGrads linear_backward(const Tensor& grad_y, const Tensor& x, const Tensor& weight,
                            bool want_x, bool want_weight, bool want_bias) {
  const int c_in = require_matrix(kOp, "x", x), c_out = check_weight(weight, c_in, x);
  require_shape(kOp, "grad_y", grad_y, {x.dim(0), c_out}, x);
  LinearGrads grads;
  if (want_x) grads.x = Tensor::empty(x.shape(), x.dtype(), x.device());
  if (want_weight) grads.weight = Tensor::empty(weight.shape(), x.dtype(), x.device());
  if (want_bias) grads.bias = Tensor::empty({c_out}, x.dtype(), x.device());
  kernels(x.device())
      .linear.backward({.dtype = x.dtype(),
                        .x = x.raw(),
                        .weight = weight.raw(),
                        .grad_y = grad_y.raw(),
                        .grad_x = want_x ? grads.x.raw() : nullptr,
                        .grad_weight = want_weight ? grads.weight.raw() : nullptr,
                        .grad_bias = want_bias ? grads.bias.raw() : nullptr,
                        .n = x.dim(0),
                        .c_in = c_in,
                        .c_out = c_out});
  return grads;
}

}  // namespace lsk3d
