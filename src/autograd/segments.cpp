// SPDX-License-Identifier: MIT
#include "lsk3d/ops/segments.h"

#include "lsk3d/autograd/functions.h"
#include "recording.h"

namespace lsk3d {

Variable gather(const Variable& x, const Segments& rows) {
  Tensor y = gather_forward(x.value(), rows);
  if (!wants_recording({&x})) return untaped(std::move(y), TracedOp::Kind::rowwise, {&x});
  return recorded(std::move(y), [rows, of_x = x.gradient()](const Tensor& grad_y) {
    of_x->accumulate(gather_backward(grad_y, rows));
  });
}

Variable segment_mean(const Variable& x, const Segments& rows) {
  Tensor y = segment_mean_forward(x.value(), rows);
  if (!wants_recording({&x})) return untaped(std::move(y), TracedOp::Kind::rowwise, {&x});
  return recorded(std::move(y), [rows, of_x = x.gradient()](const Tensor& grad_y) {
    of_x->accumulate(segment_mean_backward(grad_y, rows));
  });
}

Variable gather_mean(const Variable& x, const Segments& from, const Segments& to) {
  Tensor y = gather_mean_forward(x.value(), from, to);
  if (!wants_recording({&x})) return untaped(std::move(y), TracedOp::Kind::rowwise, {&x});
  return recorded(std::move(y), [from, to, of_x = x.gradient()](const Tensor& grad_y) {
    of_x->accumulate(gather_mean_backward(grad_y, from, to));
  });
}

}  // namespace lsk3d
