// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// x [N, C_in] · weightᵀ + bias; weight [C_out, C_in], bias [C_out] or undefined. f32 or f64.
Tensor linear_forward(const Tensor& x, const Tensor& weight, const Tensor& bias);

struct LinearGrads {
  Tensor x, weight, bias;  // undefined where not wanted
};
LinearGrads linear_backward(const Tensor& grad_y, const Tensor& x, const Tensor& weight,
                            bool want_x = true, bool want_weight = true, bool want_bias = true);

}  // namespace lsk3d
