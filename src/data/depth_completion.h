// SPDX-License-Identifier: MIT
// Fills the holes of a depth image by classical image processing (Ku et al., CRV 2018, the fast
// variant with Gaussian blur and extrapolation).
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Filled copy of a depth image f32 [H, W] in metres; pixels of at most 0.1 are empty. Distances
/// are inverted at 100 m, so that dilation prefers near surfaces.
Tensor complete_depth(const Tensor& depth);

}  // namespace lsk3d
