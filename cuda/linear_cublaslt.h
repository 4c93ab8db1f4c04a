// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/linear.h"

namespace lsk3d::cuda {

/// A linear layer's forward in f32 by cuBLASLt, the bias added on the way out; needs has_blas().
/// The table has our own kernel instead, until a GPU has shown which one is faster.
void linear_forward_cublaslt(const LinearForwardArgs& args);

}  // namespace lsk3d::cuda
