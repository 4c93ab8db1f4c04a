// SPDX-License-Identifier: MIT
#include "lsk3d/io/point_table.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace lsk3d {

int PointTable::column(std::string_view name) const {
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::equal(names[i].begin(), names[i].end(), name.begin(), name.end(), same))
      return static_cast<int>(i);
  return -1;
}

double PointTable::at(std::int64_t point, int column) const {
  const Tensor& exact = wide[static_cast<std::size_t>(column)];
  if (exact.defined()) return exact.data<double>()[point];
  return values.data<float>()[point * values.dim(1) + column];
}

Tensor PointTable::labels(int column) const {
  Tensor bits = Tensor::empty({points()}, DType::i32);
  std::int32_t* to = bits.data<std::int32_t>();
  for (std::int64_t i = 0; i < points(); ++i) {
    const double value = at(i, column);
    const bool whole = value >= -0x1p31 && value < 0x1p32 && value == std::floor(value);
    if (!whole) return {};
    to[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int64_t>(value)));
  }
  return bits;
}

}  // namespace lsk3d
