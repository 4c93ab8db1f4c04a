// SPDX-License-Identifier: MIT
#include "column_index.h"

namespace lsk3d {

ColumnIndex::ColumnIndex(const VoxelGrid& grid) {
  const auto rows = static_cast<std::int32_t>(grid.size());
  const auto* voxel = grid.coordinates().data<std::int32_t>();
  row_y.resize(static_cast<std::size_t>(rows));
  z.resize(static_cast<std::size_t>(rows));
  for (std::int32_t row = 0; row < rows; ++row, voxel += 4) {
    const bool new_slice = row == 0 || voxel[0] != voxel[-4] || voxel[1] != voxel[-3];
    if (new_slice) {
      slice_batch.push_back(voxel[0]);
      slice_x.push_back(voxel[1]);
      slice_start.push_back(columns());
    }
    if (new_slice || voxel[2] != voxel[-2]) {
      column_start.push_back(row);
      y.push_back(voxel[2]);
    }
    row_y[static_cast<std::size_t>(row)] = voxel[2];
    z[static_cast<std::size_t>(row)] = voxel[3];
  }
  slice_start.push_back(columns());
  column_start.push_back(rows);
}

std::int32_t ColumnIndex::find_slice(std::int32_t batch, std::int64_t x) const {
  std::int32_t first = 0, last = slices();
  while (first < last) {
    const std::int32_t middle = first + (last - first) / 2;
    if (before(middle, batch, x))
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

}  // namespace lsk3d
