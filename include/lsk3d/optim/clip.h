// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/nn/parameter.h"

namespace lsk3d {

/// L2 norm over all gradients (f64, fixed order).
double gradient_norm(const std::vector<Parameter*>& parameters);

/// Factor that clips a gradient of norm `norm` to `max_norm`, as torch's clip_grad_norm_ does:
/// min(1, max_norm / (norm + 1e-6)); 1 where max_norm <= 0.
double clip_scale(double norm, double max_norm);

}  // namespace lsk3d
