// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// a + b: same shape and dtype, f32 or f64. Its gradient is that of the sum, for both.
Tensor add_forward(const Tensor& a, const Tensor& b);
/// a += b.
void add_in_place(Tensor& a, const Tensor& b);
/// x · factor; factor is one number of x's dtype on x's device.
Tensor scale_by(const Tensor& x, const Tensor& factor);

}  // namespace lsk3d
