// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// x where x > 0, slope · x elsewhere; slope >= 0. f32 or f64, any shape.
Tensor leaky_relu_forward(const Tensor& x, double slope);
/// leaky_relu(a + b).
Tensor add_leaky_relu_forward(const Tensor& a, const Tensor& b, double slope);
/// Gradient of either's input(s): grad_y where y > 0, slope · grad_y elsewhere.
Tensor leaky_relu_backward(const Tensor& grad_y, const Tensor& y, double slope);

}  // namespace lsk3d
