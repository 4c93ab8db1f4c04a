// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/autograd/variable.h"

namespace lsk3d {

/// Columns [begin, end) of x [N, C], differentiable. For weights: it copies.
Variable column_slice(const Variable& x, std::int64_t begin, std::int64_t end);

}  // namespace lsk3d
