// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "sparse/random_grid.h"

namespace lsk3d {
namespace {

using namespace testing_support;

TEST(Downsample, GroupsByTheFlooredCoordinate) {
  Rng rng(10);
  for (const int stride : {1, 2, 3, 7}) {
    const VoxelGrid grid = grid_of(random_voxels(rng, 2000, 2, {40, 40, 10}));
    const auto [coarse, segments] = downsample(grid, stride);
    const auto fine = voxels_of(grid), voxels = voxels_of(coarse);
    std::set<Voxel> wanted;
    for (std::size_t i = 0; i < fine.size(); ++i) {
      Voxel v = fine[i];
      for (int a = 1; a < 4; ++a) v[a] = floor_div(v[a], stride);
      wanted.insert(v);
      ASSERT_EQ(voxels[static_cast<std::size_t>(segments.index.span<std::int32_t>()[i])], v);
    }
    EXPECT_EQ(voxels, std::vector<Voxel>(wanted.begin(), wanted.end()));
  }
}

TEST(Downsample, FloorsTheEndsOfInt32AndRefusesAStrideBelowOne) {
  constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
  const auto coarse = downsample(grid_of({{-5, low, -1, high}}), 2).grid;
  EXPECT_EQ(voxels_of(coarse), (std::vector<Voxel>{{-5, low / 2, -1, high / 2}}));
  EXPECT_EQ(voxels_of(downsample(grid_of({{0, low, -1, high}}), high).grid),
            (std::vector<Voxel>{{0, -2, -1, 1}}));
  EXPECT_EQ(downsample(grid_of({}), 2).grid.size(), 0);
  EXPECT_THROW(downsample(grid_of({}), 0), UsageError);
  EXPECT_THROW(downsample(grid_of({}), -2), UsageError);
}

TEST(StridedMap, EqualsBruteForce) {
  Rng rng(11);
  for (const int stride : {1, 2, 3, 4}) {
    const VoxelGrid in = grid_of(random_voxels(rng, 900, 2, {20, 20, 14}));
    const VoxelGrid out = downsample(in, stride).grid;
    for (const KernelSize k : {KernelSize::cube(2), KernelSize::cube(3), {3, 2, 1}, {5, 4, 3}}) {
      const auto c = [&](int extent) { return extent == stride ? 0 : (extent - 1) / 2; };
      const KernelMap map = KernelMap::strided(in, out, k, stride);
      EXPECT_EQ(all_pairs(map),
                brute_force_pairs(in, out, k, stride, {c(k.z), c(k.y), c(k.x)}));
      EXPECT_EQ(map.rows_in(), in.size());
      EXPECT_EQ(map.rows_out(), out.size());
    }
  }
}

TEST(StridedMap, OfItsOwnStridePartitionsTheInput) {
  Rng rng(12);
  for (const int stride : {1, 2, 3, 5}) {
    const VoxelGrid in = grid_of(random_voxels(rng, 3000, 3, {50, 50, 15}));
    const auto [out, segments] = downsample(in, stride);
    const KernelMap map = KernelMap::strided(in, out, KernelSize::cube(stride), stride);
    EXPECT_EQ(map.pair_count(), in.size());
    std::vector<int> seen(static_cast<std::size_t>(in.size()));
    for (const Pairs& pairs : all_pairs(map))
      for (const auto& [i, o] : pairs) {
        ++seen[static_cast<std::size_t>(i)];
        EXPECT_EQ(segments.index.span<std::int32_t>()[static_cast<std::size_t>(i)], o);
      }
    EXPECT_EQ(seen, std::vector<int>(seen.size(), 1));
  }
}

TEST(StridedMap, OfStrideOneEqualsTheSubmanifoldMap) {
  Rng rng(13);
  const VoxelGrid grid = grid_of(random_voxels(rng, 800, 2, {15, 15, 15}));
  const KernelSize kernel{3, 5, 7};
  EXPECT_EQ(all_pairs(KernelMap::strided(grid, grid, kernel, 1)),
            all_pairs(KernelMap::submanifold(grid, kernel)));
}

TEST(StridedMap, TransposeSwapsInAndOut) {
  Rng rng(14);
  const VoxelGrid in = grid_of(random_voxels(rng, 900, 2, {20, 20, 14}));
  const VoxelGrid out = downsample(in, 2).grid;
  const KernelMap map = KernelMap::strided(in, out, KernelSize::cube(3), 2);
  const KernelMap inverse = map.transposed();
  EXPECT_EQ(inverse.rows_in(), out.size());
  EXPECT_EQ(inverse.rows_out(), in.size());
  EXPECT_EQ(inverse.pair_count(), map.pair_count());
  auto wanted = all_pairs(map);
  for (Pairs& pairs : wanted)
    for (auto& [i, o] : pairs) std::swap(i, o);
  EXPECT_EQ(all_pairs(inverse), wanted);
  EXPECT_EQ(all_pairs(inverse.transposed()), all_pairs(map));
  EXPECT_EQ(inverse.pairs().in(0), map.pairs().out(0)) << "a transpose copies no pairs";
}

TEST(StridedMap, DoesNotWrapAtTheEndsOfInt32) {
  constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
  const VoxelGrid in = grid_of({{0, low, 0, high}, {0, high, low, 1}, {0, 0, 0, 0}});
  const VoxelGrid far = grid_of({{0, low, low, low}, {0, 0, 0, 0}, {0, high, high, high}});
  for (const int stride : {2, 3, high}) {
    const KernelMap map = KernelMap::strided(in, far, KernelSize::cube(3), stride);
    const std::int32_t c = stride == 3 ? 0 : 1;
    EXPECT_EQ(all_pairs(map), brute_force_pairs(in, far, KernelSize::cube(3), stride, {c, c, c}));
  }
}

TEST(StridedMap, RefusesBadExtentsAndStrides) {
  const VoxelGrid grid = grid_of({{0, 0, 0, 0}});
  EXPECT_THROW(KernelMap::strided(grid, grid, KernelSize::cube(2), 0), UsageError);
  EXPECT_THROW(KernelMap::strided(grid, grid, KernelSize::cube(2), -1), UsageError);
  EXPECT_THROW(KernelMap::strided(grid, grid, {2, 0, 2}, 2), UsageError);
  EXPECT_THROW(KernelMap::strided(grid, grid, KernelSize::cube(256), 2), UsageError);
}

TEST(StridedMap, TakesEmptyGrids) {
  const VoxelGrid one = grid_of({{0, 0, 0, 0}}), none;
  EXPECT_EQ(KernelMap::strided(none, one, KernelSize::cube(2), 2).pair_count(), 0);
  EXPECT_EQ(KernelMap::strided(one, none, KernelSize::cube(2), 2).pair_count(), 0);
  EXPECT_EQ(KernelMap::strided(none, none, KernelSize::cube(2), 2).pairs().offsets(), 8);
}

}  // namespace
}  // namespace lsk3d
