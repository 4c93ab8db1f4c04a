// SPDX-License-Identifier: MIT
// Where voxels are, apart from what they hold.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

class CoordinateHashMap;

/// Rows that share a voxel: segment v owns order[start[v] .. start[v+1]). Lets a mean over the rows
/// of each voxel run in parallel without atomics, in one fixed order.
struct Segments {
  Tensor start;  // i64 [V + 1]
  Tensor order;  // i32 [N], rows grouped by segment, increasing inside one
  Tensor index;  // i32 [N], segment of each row
  std::int64_t count() const { return start.dim(0) - 1; }
  std::int64_t rows() const { return index.dim(0); }
  /// The same segments on another device; undefined ones stay undefined.
  Segments to(Device device) const {
    return {start.to(device), order.to(device), index.to(device)};
  }
};

/// A set of distinct voxels (batch, x, y, z), any sign, any int32 extent, sorted by
/// (batch, x, y, z), with a hash map from coordinate to row. Immutable and cheap to copy (shared).
class VoxelGrid {
 public:
  /// Distinct voxels of the rows of `coordinates`, i32 [N, 4] (batch, x, y, z), N >= 0.
  struct Result;
  static Result build(const Tensor& coordinates);
  /// The grid of such rows that are sorted and distinct already, on any device.
  static VoxelGrid of_sorted(Tensor coordinates);

  VoxelGrid() = default;
  std::int64_t size() const;
  /// i32 [V, 4] (batch, x, y, z), sorted, distinct; in host memory where build() made the grid.
  const Tensor& coordinates() const;
  /// Row of a voxel; -1 where it is not in the grid. Hash look-up, O(1); the first one downloads
  /// the coordinates where they are on a GPU.
  std::int32_t find(std::array<std::int32_t, 4> voxel) const;

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

struct VoxelGrid::Result {
  VoxelGrid grid;
  Segments segments;  // rows of `coordinates` by voxel
};

}  // namespace lsk3d
