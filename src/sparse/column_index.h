// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// The sorted voxels of a grid as a tree: slices of one (batch, x) hold columns of one y, columns
/// hold the z of their voxels. What lies near a voxel is then a run of each, found by walking.
struct ColumnIndex {
  explicit ColumnIndex(const VoxelGrid& grid);

  std::vector<std::int32_t> slice_batch, slice_x;  // [S]
  std::vector<std::int32_t> slice_start;           // [S + 1] first column
  std::vector<std::int32_t> y;                     // [C]
  std::vector<std::int32_t> column_start;          // [C + 1] first row
  std::vector<std::int32_t> row_y, z;              // [V]

  bool before(std::int32_t slice, std::int32_t batch, std::int64_t x) const {
    return slice_batch[slice] < batch || (slice_batch[slice] == batch && slice_x[slice] < x);
  }
  /// The first slice that does not lie before (batch, x).
  std::int32_t find_slice(std::int32_t batch, std::int64_t x) const;

  std::int32_t slices() const { return static_cast<std::int32_t>(slice_x.size()); }
  std::int32_t columns() const { return static_cast<std::int32_t>(y.size()); }
};

}  // namespace lsk3d
