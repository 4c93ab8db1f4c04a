// SPDX-License-Identifier: MIT
// Random voxels and slow, obvious answers to compare with.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "lsk3d/core/rng.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d::testing_support {

using Voxel = std::array<std::int32_t, 4>;  // batch, x, y, z
using Pairs = std::vector<std::pair<std::int32_t, std::int32_t>>;  // (in, out)

inline Tensor coordinates_of(const std::vector<Voxel>& voxels) {
  Tensor t = Tensor::empty({static_cast<std::int64_t>(voxels.size()), 4}, DType::i32);
  for (std::size_t i = 0; i < voxels.size(); ++i)
    std::copy(voxels[i].begin(), voxels[i].end(), t.data<std::int32_t>() + i * 4);
  return t;
}

inline VoxelGrid grid_of(const std::vector<Voxel>& voxels) {
  return VoxelGrid::build(coordinates_of(voxels)).grid;
}

inline std::vector<Voxel> voxels_of(const VoxelGrid& grid) {
  std::vector<Voxel> voxels(static_cast<std::size_t>(grid.size()));
  const auto* c = grid.coordinates().data<std::int32_t>();
  for (std::size_t i = 0; i < voxels.size(); ++i) std::copy_n(c + i * 4, 4, voxels[i].begin());
  return voxels;
}

/// n voxels (repeats among them) in a box of the given edges around the origin.
inline std::vector<Voxel> random_voxels(Rng& rng, int n, int batches, std::array<int, 3> edge) {
  std::vector<Voxel> voxels(static_cast<std::size_t>(n));
  for (Voxel& v : voxels) {
    v[0] = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(batches)));
    for (int a = 0; a < 3; ++a)
      v[a + 1] = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(edge[a]))) -
                 edge[a] / 2;
  }
  return voxels;
}

inline std::int32_t floor_div(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>((a >= 0 ? std::int64_t{a} : std::int64_t{a} - b + 1) / b);
}

/// Pairs by offset by trying every in voxel for every (out voxel, offset) through a std::map.
inline std::vector<Pairs> brute_force_pairs(const VoxelGrid& in, const VoxelGrid& out,
                                            KernelSize kernel, std::int64_t stride,
                                            KernelSize origin) {
  std::map<std::array<std::int64_t, 4>, std::int32_t> rows;
  const auto in_voxels = voxels_of(in), out_voxels = voxels_of(out);
  for (std::size_t i = 0; i < in_voxels.size(); ++i) {
    const Voxel& v = in_voxels[i];
    rows[{v[0], v[1], v[2], v[3]}] = static_cast<std::int32_t>(i);
  }
  std::vector<Pairs> pairs;
  for (int kz = 0; kz < kernel.z; ++kz)
    for (int ky = 0; ky < kernel.y; ++ky)
      for (int kx = 0; kx < kernel.x; ++kx) {
        pairs.emplace_back();
        for (std::size_t o = 0; o < out_voxels.size(); ++o) {
          const Voxel& v = out_voxels[o];
          const auto it = rows.find({v[0], stride * v[1] + kx - origin.x,
                                     stride * v[2] + ky - origin.y, stride * v[3] + kz - origin.z});
          if (it != rows.end()) pairs.back().emplace_back(it->second, static_cast<std::int32_t>(o));
        }
      }
  return pairs;
}

inline Pairs pairs_at(const KernelMap& map, std::int64_t k) {
  const PairLists lists = map.pairs();
  Pairs pairs;
  for (std::int64_t i = 0; i < lists.count(k); ++i)
    pairs.emplace_back(lists.in(k)[i], lists.out(k)[i]);
  return pairs;
}

inline std::vector<Pairs> all_pairs(const KernelMap& map) {
  std::vector<Pairs> pairs;
  for (std::int64_t k = 0; k < map.pairs().offsets(); ++k) pairs.push_back(pairs_at(map, k));
  return pairs;
}

}  // namespace lsk3d::testing_support
