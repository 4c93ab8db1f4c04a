// SPDX-License-Identifier: MIT
#pragma once
#include <array>

namespace lsk3d {

/// The volume in metres and the number of voxels that cut it, x, y, z.
struct VoxelSettings {
  std::array<float, 3> min{-50, -50, -4};
  std::array<float, 3> max{50, 50, 2};
  std::array<int, 3> grid{2000, 2000, 120};
};

}  // namespace lsk3d
