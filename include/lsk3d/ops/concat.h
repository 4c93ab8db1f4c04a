// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Columns side by side: [N, C_1 + C_2 + …]. At least one part; all [N, C_i] of one dtype.
Tensor concat_forward(const std::vector<Tensor>& parts);
/// The gradient of one part: columns [begin, begin + columns) of grad_y.
Tensor concat_backward(const Tensor& grad_y, std::int64_t begin, std::int64_t columns);

}  // namespace lsk3d
