// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>

#include "lsk3d/autograd/variable.h"
#include "lsk3d/ops/submanifold_conv.h"

namespace lsk3d {

/// A learnable tensor. For a conv kernel, `pattern` tells the kernels what is non-zero (null where
/// dense); sparsity sets it, layers only pass it on.
struct Parameter {
  std::string name;  // full dotted name within the model, e.g. "spv_enc.0.v_enc.0.layers.0.weight"
  Variable variable;
  std::shared_ptr<const WeightPattern> pattern;

  Tensor& value() const { return variable.value(); }
  Tensor& grad() const { return variable.grad(); }
};

/// A tensor that is part of a model's state but not learnt by gradient (running statistics).
struct Buffer {
  std::string name;
  Tensor value;
};

}  // namespace lsk3d
