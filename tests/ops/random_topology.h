// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <numeric>
#include <vector>

#include "lsk3d/sparse/voxel_grid.h"
#include "support/random_tensor.h"

namespace lsk3d::testing_support {

/// Segments of rows with these segment numbers.
inline Segments segments_of(const Tensor& index, std::int64_t count) {
  const auto values = index.span<std::int32_t>();
  Segments s{.start = Tensor::zeros({count + 1}, DType::i64),
             .order = Tensor::empty(index.shape(), DType::i32),
             .index = index};
  std::int64_t* start = s.start.data<std::int64_t>();
  for (std::int32_t v : values) ++start[v + 1];
  std::partial_sum(start, start + count + 1, start);
  std::vector<std::int64_t> next(start, start + count);
  for (std::size_t row = 0; row < values.size(); ++row)
    s.order.data<std::int32_t>()[next[values[row]]++] = static_cast<std::int32_t>(row);
  return s;
}

/// About `rows` voxels, two batches, a third of the volume filled.
inline VoxelGrid random_grid(std::int64_t rows, std::uint64_t seed) {
  const auto side = static_cast<std::int64_t>(std::cbrt(static_cast<double>(rows) * 1.5)) + 1;
  const Tensor x = random_indices(rows, side, seed), y = random_indices(rows, side, seed + 1),
               z = random_indices(rows, side, seed + 2);
  Tensor coordinates = Tensor::empty({rows, 4}, DType::i32);
  for (std::int64_t i = 0; i < rows; ++i) {
    std::int32_t* row = coordinates.data<std::int32_t>() + 4 * i;
    row[0] = i % 2;
    row[1] = x.data<std::int32_t>()[i] - 2;
    row[2] = y.data<std::int32_t>()[i];
    row[3] = z.data<std::int32_t>()[i];
  }
  return VoxelGrid::build(coordinates).grid;
}

}  // namespace lsk3d::testing_support
