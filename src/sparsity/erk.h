// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/core/shape.h"

namespace lsk3d {

/// Densities by Erdős–Rényi-kernel (Evci et al. 2020): each shape's raw density is the sum of its
/// extents over their product, one factor scales all so that the share of zeros is `sparsity`; what
/// would exceed 1 is dense and the rest is scaled again. `sparsity` in [0, 1).
std::vector<double> erk_densities(const std::vector<Shape>& shapes, double sparsity);

}  // namespace lsk3d
