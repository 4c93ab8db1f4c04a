// SPDX-License-Identifier: MIT
#include "column_slice.h"

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/check.h"
#include "lsk3d/kernels/kernels.h"
#include "lsk3d/ops/concat.h"

namespace lsk3d {
namespace {

/// A matrix like `x` that holds `part` from column `begin` on, zeros elsewhere.
Tensor among_zeros(const Tensor& part, const Tensor& x, std::int64_t begin) {
  Tensor whole = Tensor::zeros(x.shape(), x.dtype(), x.device());
  kernels(x.device())
      .elementwise.copy_columns({.dtype = x.dtype(),
                                 .from = part.raw(),
                                 .to = static_cast<std::byte*>(whole.raw()) +
                                       static_cast<std::size_t>(begin) * size_of(x.dtype()),
                                 .rows = x.dim(0),
                                 .columns = part.dim(1),
                                 .from_stride = part.dim(1),
                                 .to_stride = x.dim(1)});
  return whole;
}

}  // namespace

Variable column_slice(const Variable& x, std::int64_t begin, std::int64_t end) {
  LSK3D_ASSERT(0 <= begin && begin < end && end <= x.dim(1), "slice of columns ", begin, " to ",
               end, " of ", x.dim(1));
  Tape* tape = Tape::current();
  const bool wants_grad = tape && x.requires_grad();
  // What gives a part of a concatenation its gradient takes columns.
  Variable y(concat_backward(x.value(), begin, end - begin), wants_grad);
  if (OpTrace* trace = OpTrace::current())
    trace->record({TracedOp::Kind::column_slice, {x}, {}, y, {}, 1, 0, begin});
  if (wants_grad)
    tape->record([x, y, begin] {
      if (y.grad().defined()) x.accumulate(among_zeros(y.grad(), x.value(), begin));
    });
  return y;
}

}  // namespace lsk3d
