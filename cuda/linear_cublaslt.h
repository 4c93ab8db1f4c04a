// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/linear.h"

namespace lsk3d::cuda {

/// A linear layer's forward in f32 by cuBLASLt, the bias added on the way out; needs has_blas().
void linear_forward_cublaslt(const LinearForwardArgs& args);

/// grad_x of a linear layer in f32, likewise. The other gradients are sums over all rows: ours, which
/// sum in runs, so that no sum in f32 is long.
void linear_input_gradient_cublaslt(const LinearBackwardArgs& args);

}  // namespace lsk3d::cuda
