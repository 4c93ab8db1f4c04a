// SPDX-License-Identifier: MIT
#include "lsk3d/ops/activation.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {

Tensor leaky_relu_forward(const Tensor& x, double slope) {
  require_float("leaky_relu", "x", x);
  require_slope("leaky_relu", slope);
  Tensor y = Tensor::empty(x.shape(), x.dtype(), x.device());
  kernels(x.device())
      .elementwise.leaky_relu(
          {.dtype = x.dtype(), .a = x.raw(), .out = y.raw(), .n = x.numel(), .slope = slope});
  return y;
}

Tensor add_leaky_relu_forward(const Tensor& a, const Tensor& b, double slope) {
  require_float("add_leaky_relu", "a", a);
  require_shape("add_leaky_relu", "b", b, a.shape(), a);
  require_slope("add_leaky_relu", slope);
  Tensor y = Tensor::empty(a.shape(), a.dtype(), a.device());
  kernels(a.device())
      .elementwise.add_leaky_relu({.dtype = a.dtype(),
                                   .a = a.raw(),
                                   .b = b.raw(),
                                   .out = y.raw(),
                                   .n = a.numel(),
                                   .slope = slope});
  return y;
}

Tensor leaky_relu_backward(const Tensor& grad_y, const Tensor& y, double slope) {
  require_float("leaky_relu", "y", y);
  require_shape("leaky_relu", "grad_y", grad_y, y.shape(), y);
  require_slope("leaky_relu", slope);
  Tensor grad_x = Tensor::empty(y.shape(), y.dtype(), y.device());
  kernels(y.device())
      .elementwise.leaky_relu_backward({.dtype = y.dtype(),
                                        .a = y.raw(),
                                        .b = grad_y.raw(),
                                        .out = grad_x.raw(),
                                        .n = y.numel(),
                                        .slope = slope});
  return grad_x;
}

}  // namespace lsk3d
