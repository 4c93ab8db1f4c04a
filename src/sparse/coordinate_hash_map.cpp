// SPDX-License-Identifier: MIT
#include "coordinate_hash_map.h"

#include <algorithm>
#include <bit>

namespace lsk3d {
namespace {

/// Every bit of the voxel reaches the low bits that pick a slot (finalisers of SplitMix64).
std::uint64_t hash(const std::int32_t* v) {
  const auto word = [](std::int32_t high, std::int32_t low) {
    return std::uint64_t{static_cast<std::uint32_t>(high)} << 32 | static_cast<std::uint32_t>(low);
  };
  const auto mix = [](std::uint64_t h) {
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
  };
  return mix(mix(word(v[0], v[1]) + 0x9e3779b97f4a7c15u) + word(v[2], v[3]));
}

}  // namespace

CoordinateHashMap::CoordinateHashMap(const Tensor& coordinates) : coordinates_(coordinates) {
  const auto count = static_cast<std::size_t>(coordinates.dim(0));
  rows_.assign(std::bit_ceil(std::max<std::size_t>(2 * count, 2)), -1);
  mask_ = rows_.size() - 1;
  const auto* voxels = coordinates_.data<std::int32_t>();
  for (std::size_t row = 0; row < count; ++row) {
    std::size_t slot = hash(voxels + row * 4) & mask_;
    while (rows_[slot] >= 0) slot = (slot + 1) & mask_;
    rows_[slot] = static_cast<std::int32_t>(row);
  }
}

std::int32_t CoordinateHashMap::find(std::array<std::int32_t, 4> voxel) const {
  const auto* voxels = static_cast<const Tensor&>(coordinates_).data<std::int32_t>();
  for (std::size_t slot = hash(voxel.data()) & mask_; rows_[slot] >= 0; slot = (slot + 1) & mask_)
    if (std::equal(voxel.begin(), voxel.end(), voxels + std::int64_t{rows_[slot]} * 4))
      return rows_[slot];
  return -1;
}

}  // namespace lsk3d
