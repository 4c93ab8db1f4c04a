// SPDX-License-Identifier: MIT
// Files that are nothing but rows of little-endian numbers, as KITTI's .bin: what the columns are
// is not in the file.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lsk3d/io/number_type.h"
#include "lsk3d/io/point_table.h"

namespace lsk3d {

struct RawColumn {
  std::string name;
  NumberType type = NumberType::f32;
};

/// Bytes of one row, without padding.
std::size_t row_bytes(const std::vector<RawColumn>& columns);

/// Throws DataError naming the file where it is empty or no whole number of rows (then with the
/// layout that its values look like, if any), UsageError without columns.
PointTable read_raw_points(const std::string& path, const std::vector<RawColumn>& columns);

/// Columns that are all of one type.
struct RawLayout {
  NumberType type = NumberType::f32;
  std::size_t columns = 0;
  /// Mean over the columns of the natural logarithm of their variance. Rows cut at the wrong place
  /// mix coordinates with other numbers, so that it is greater by one or more than with the right
  /// number.
  double spread = 0;
};

/// "5 columns of f32"
std::string to_string(const RawLayout& layout);
/// "5" or "4:f64": how it is described where columns are asked for.
std::string as_description(const RawLayout& layout);

/// Layouts of 3 to 10 columns of f32 or f64 under which `bytes` are whole rows whose first three
/// numbers can be coordinates in metres, the likeliest first; of a number of columns and its
/// multiples, which fit as well, the least. Empty where there is none, or too few bytes to tell.
std::vector<RawLayout> fitting_layouts(std::span<const std::byte> bytes);

}  // namespace lsk3d
