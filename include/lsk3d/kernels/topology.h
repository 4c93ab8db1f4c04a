// SPDX-License-Identifier: MIT
// All topology of a batch found on the GPU that its points are on: what src/sparse finds on the
// CPU.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

struct TopologyArgs {
  Tensor points, batch_index;  // f32 [N, 4] and i32 [N], on the GPU
  std::int32_t batch_size = 1;
  std::array<float, 3> min{}, max{};  // the volume, and the voxels that cut it at scale 1
  std::array<int, 3> grid{};
  struct Scale {
    int scale = 1;
    bool map = true;  // whether its kernel map and coarser voxels are wanted
  };
  std::vector<Scale> scales;
  std::array<int, 3> kernel{};  // z, y, x; odd
};

/// Rows grouped by voxel, as Segments says.
struct FoundSegments {
  Tensor start, order, index;
};

/// One scale, all on the GPU: the same numbers in the same order as the CPU's.
struct FoundLevel {
  Tensor voxels;          // i32 [V, 4] batch, x, y, z, sorted
  FoundSegments points;   // points by voxel
  FoundSegments coarser;  // voxels by floor(coordinate / 2)
  Tensor pair_rows;       // i32 [2, P] in and out rows of the offsets after the centre
  Tensor identity;        // i32 [V] 0 … V − 1: both rows of the centre
  std::vector<std::int64_t> pair_counts;  // [K / 2] of those offsets, in order
};

struct FoundTopology {
  std::vector<FoundLevel> levels;
  std::int64_t bad_point = -1;  // the first whose voxel or batch is none; then there are no levels
};

/// Waits for the GPU once, to learn how many voxels and pairs there are; twice where points lie
/// outside the volume. By the backend that is
/// linked; DeviceError without one.
FoundTopology find_topology(const TopologyArgs& args);

}  // namespace lsk3d
