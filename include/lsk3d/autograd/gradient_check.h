// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lsk3d/autograd/variable.h"

namespace lsk3d {

struct GradientCheck {
  bool ok = false;
  double worst = 0;     // largest |analytic − numeric| relative to the gradient's norm
  std::string message;  // which input and element, when not ok
};

/// Compares the gradients of Σ r ⊙ f(inputs), r random, with central differences; all f64, on the
/// device of the inputs.
GradientCheck check_gradients(const std::function<Variable(const std::vector<Variable>&)>& f,
                              const std::vector<Tensor>& inputs, double tolerance = 1e-6,
                              double step = 1e-6);

}  // namespace lsk3d
