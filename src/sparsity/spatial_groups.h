// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace lsk3d {

/// A box of kernel offsets whose weights share one budget.
struct SpatialGroup {
  std::vector<std::int32_t> offsets;   // (z · ky + y) · kx + x, increasing
  std::array<std::int64_t, 3> extent;  // z, y, x
};

/// Cuts a kernel [z, y, x] at `cuts` along each axis; groups in z-major order. Throws UsageError
/// that names sds.partition and `layer` unless the cuts rise from 0 to each extent.
std::vector<SpatialGroup> make_spatial_groups(const std::array<std::int64_t, 3>& kernel,
                                              const std::vector<int>& cuts,
                                              const std::string& layer);

}  // namespace lsk3d
