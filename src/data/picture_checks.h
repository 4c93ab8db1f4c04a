// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/label_map.h"

namespace lsk3d {

/// Throws unless points are f32 [N, >= 3], classes i32 [N], and each class has a colour and a name.
void check_labelled_points(const std::string& who, const Tensor& points, const Tensor& classes,
                           const LabelMap& labels);

}  // namespace lsk3d
