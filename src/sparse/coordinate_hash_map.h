// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Row of each voxel of an i32 [V, 4] table of distinct (batch, x, y, z), V < 2^30. Open addressing
/// with linear probing, at most half full. The hash has 64 bits, a coordinate 128: every hit is
/// compared with the table's whole row, so voxels never alias.
class CoordinateHashMap {
 public:
  explicit CoordinateHashMap(const Tensor& coordinates);

  /// -1 where the voxel is not in the table.
  std::int32_t find(std::array<std::int32_t, 4> voxel) const;

 private:
  Tensor coordinates_;
  std::vector<std::int32_t> rows_;  // by slot; -1 is free
  std::size_t mask_ = 0;
};

}  // namespace lsk3d
