// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Points as a file stores them: one named column per property.
struct PointTable {
  std::vector<std::string> names;
  Tensor values;  ///< f32 [points, names]

  /// Column of `name`, or -1.
  int column(const std::string& name) const;
};

}  // namespace lsk3d
