// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/io/number_type.h"

namespace lsk3d {

/// Points as a file stores them: one column per number of a point.
struct PointTable {
  std::vector<std::string> names;  ///< one per column; empty for an array without names
  std::vector<NumberType> types;   ///< of each column, in the file
  Tensor values;                   ///< f32 [points, columns]
  /// Of each column: f64 [points] where f32 may round its type (i32 and longer, f64), else
  /// undefined. Whole numbers are exact up to 2^53.
  std::vector<Tensor> wide;

  std::int64_t points() const { return values.dim(0); }
  /// The first column of that name, case aside, or -1.
  int column(std::string_view name) const;
  /// One number, from `wide` where that is defined.
  double at(std::int64_t point, int column) const;
  /// A column of raw labels: i32 [points], the low 32 bits of whole numbers from -2^31 to 2^32 - 1
  /// (instance numbers may fill the upper half). Undefined where a value is no such number.
  Tensor labels(int column) const;
};

}  // namespace lsk3d
