// SPDX-License-Identifier: MIT
#pragma once
#include <initializer_list>
#include <utility>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/autograd/variable.h"

namespace lsk3d {

/// Whether an op on these inputs has to be recorded.
inline bool wants_recording(std::initializer_list<const Variable*> inputs) {
  if (!Tape::current()) return false;
  for (const Variable* v : inputs)
    if (v->requires_grad()) return true;
  return false;
}

/// Wraps the result of an op that no tape wants, and notes the op where a trace asks for it.
inline Variable untaped(Tensor y, TracedOp::Kind kind,
                        std::initializer_list<const Variable*> inputs,
                        std::initializer_list<const Variable*> parameters = {}) {
  Variable result(std::move(y));
  if (OpTrace* trace = OpTrace::current()) {
    TracedOp op{kind, {}, {}, result, {}};
    for (const Variable* input : inputs) op.inputs.push_back(*input);
    for (const Variable* parameter : parameters)
      if (parameter->defined()) op.parameters.push_back(*parameter);
    trace->record(std::move(op));
  }
  return result;
}

/// Wraps an op's result and records `backward(grad_y)`, which must add to the gradients of the
/// op's inputs. It is not called where no gradient reached the result.
template <typename F>
Variable recorded(Tensor y, F backward) {
  Variable result(std::move(y), true);
  Tape::current()->record([gradient = result.gradient(), backward = std::move(backward)] {
    if (gradient->tensor.defined()) backward(gradient->tensor);
  });
  return result;
}

}  // namespace lsk3d
