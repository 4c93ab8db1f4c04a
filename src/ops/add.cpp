// SPDX-License-Identifier: MIT
#include "lsk3d/ops/add.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {
namespace {

void add_into(Tensor& out, const Tensor& a, const Tensor& b) {
  kernels(a.device())
      .elementwise.add(
          {.dtype = a.dtype(), .a = a.raw(), .b = b.raw(), .out = out.raw(), .n = a.numel()});
}

}  // namespace

Tensor add_forward(const Tensor& a, const Tensor& b) {
  require_float("add", "a", a);
  require_shape("add", "b", b, a.shape(), a);
  Tensor sum = Tensor::empty(a.shape(), a.dtype(), a.device());
  add_into(sum, a, b);
  return sum;
}

void add_in_place(Tensor& a, const Tensor& b) {
  require_float("add", "a", a);
  require_shape("add", "b", b, a.shape(), a);
  add_into(a, a, b);
}

Tensor scale_by(const Tensor& x, const Tensor& factor) {
  require_float("scale", "x", x);
  LSK3D_CHECK(factor.defined() && factor.numel() == 1, UsageError,
              "scale: factor: expected one number, found ",
              factor.defined() ? to_string(factor.shape()) : "an undefined tensor");
  require_shape("scale", "factor", factor, factor.shape(), x);
  Tensor out = Tensor::empty(x.shape(), x.dtype(), x.device());
  kernels(x.device())
      .elementwise.scale(
          {.dtype = x.dtype(), .a = x.raw(), .b = factor.raw(), .out = out.raw(), .n = x.numel()});
  return out;
}

}  // namespace lsk3d
