// SPDX-License-Identifier: MIT
// Activations, sums and columns side by side.
#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/ops/activation.h"
#include "lsk3d/ops/add.h"
#include "lsk3d/ops/concat.h"
#include "recording.h"

namespace lsk3d {

Variable leaky_relu(const Variable& x, double slope) {
  Tensor y = leaky_relu_forward(x.value(), slope);
  if (!wants_recording({&x})) return untaped(std::move(y), TracedOp::Kind::rowwise, {&x});
  return recorded(y, [y, slope, of_x = x.gradient()](const Tensor& grad_y) {
    of_x->accumulate(leaky_relu_backward(grad_y, y, slope));
  });
}

Variable add(const Variable& a, const Variable& b) {
  Tensor y = add_forward(a.value(), b.value());
  if (!wants_recording({&a, &b})) return untaped(std::move(y), TracedOp::Kind::add, {&a, &b});
  return recorded(std::move(y), [of_a = a.gradient(), of_b = b.gradient()](const Tensor& grad_y) {
    if (of_a) of_a->accumulate_shared(grad_y);
    if (of_b) of_b->accumulate_shared(grad_y);
  });
}

Variable add_leaky_relu(const Variable& a, const Variable& b, double slope) {
  Tensor y = add_leaky_relu_forward(a.value(), b.value(), slope);
  if (!wants_recording({&a, &b})) return untaped(std::move(y), TracedOp::Kind::add, {&a, &b});
  return recorded(y, [y, slope, of_a = a.gradient(), of_b = b.gradient()](const Tensor& grad_y) {
    const Tensor grad = leaky_relu_backward(grad_y, y, slope);
    if (of_a) of_a->accumulate_shared(grad);
    if (of_b) of_b->accumulate_shared(grad);
  });
}

Variable concat(const std::vector<Variable>& parts) {
  std::vector<Tensor> values;
  std::vector<std::shared_ptr<Gradient>> gradients;
  bool wanted = false;
  for (const Variable& part : parts) {
    values.push_back(part.value());
    gradients.push_back(part.gradient());
    wanted = wanted || part.requires_grad();
  }
  Tensor y = concat_forward(values);
  if (!wanted || !Tape::current()) {
    Variable result(std::move(y));
    if (OpTrace* trace = OpTrace::current())
      trace->record({TracedOp::Kind::concat, parts, {}, result, {}});
    return result;
  }
  std::vector<std::int64_t> widths;
  for (const Tensor& value : values) widths.push_back(value.dim(1));
  return recorded(std::move(y), [gradients = std::move(gradients),
                                 widths = std::move(widths)](const Tensor& grad_y) {
    std::int64_t column = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (gradients[i]) gradients[i]->accumulate(concat_backward(grad_y, column, widths[i]));
      column += widths[i];
    }
  });
}

}  // namespace lsk3d
