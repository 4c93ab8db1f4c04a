// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/kernel_map.h"

#include <gtest/gtest.h>

#include <limits>

#include "lsk3d/core/parallel.h"
#include "sparse/random_grid.h"

namespace lsk3d {
namespace {

using namespace testing_support;

/// A wall, a floor, a pole and clutter: long columns, long rows and lone voxels, all batches.
std::vector<Voxel> street(Rng& rng) {
  std::vector<Voxel> voxels = random_voxels(rng, 300, 2, {60, 60, 20});
  for (std::int32_t x = -20; x < 20; ++x)
    for (std::int32_t y = -20; y < 20; ++y)
      if (rng.below(3)) voxels.push_back({0, x, y, -5});
  for (std::int32_t z = -5; z < 60; ++z) {
    voxels.push_back({1, 4, -7, z});
    for (std::int32_t y = 0; y < 12; ++y)
      if (rng.below(4)) voxels.push_back({0, 7, y, z});
  }
  return voxels;
}

std::vector<std::vector<Voxel>> grids() {
  Rng rng(7);
  return {random_voxels(rng, 700, 1, {9, 9, 9}),          // nearly full
          random_voxels(rng, 500, 3, {30, 30, 12}),       // several batches
          random_voxels(rng, 200, 2, {500, 500, 500}),    // hardly any neighbours
          street(rng),
          {{0, 5, -6, 7}},
          {}};
}

const KernelSize kKernels[] = {KernelSize::cube(1), KernelSize::cube(3), KernelSize::cube(5),
                               KernelSize::cube(9), {3, 5, 7},           {7, 1, 3},
                               {1, 1, 255},         {255, 1, 1}};

TEST(SubmanifoldMap, EqualsBruteForce) {
  for (const auto& voxels : grids()) {
    const VoxelGrid grid = grid_of(voxels);
    for (const KernelSize k : kKernels) {
      const KernelMap map = KernelMap::submanifold(grid, k);
      const auto wanted = brute_force_pairs(grid, grid, k, 1, {k.z / 2, k.y / 2, k.x / 2});
      ASSERT_EQ(all_pairs(map), wanted) << k.z << "x" << k.y << "x" << k.x << " " << grid.size();
      std::int64_t count = 0;
      for (const Pairs& pairs : wanted) count += static_cast<std::int64_t>(pairs.size());
      EXPECT_EQ(map.pair_count(), count);
      EXPECT_EQ(map.kernel(), k);
      EXPECT_EQ(map.rows_in(), grid.size());
      EXPECT_EQ(map.rows_out(), grid.size());
    }
  }
}

TEST(SubmanifoldMap, IsSymmetricSortedAndTheIdentityAtItsCentre) {
  for (const auto& voxels : grids()) {
    const VoxelGrid grid = grid_of(voxels);
    const KernelSize kernel{5, 3, 9};
    const KernelMap map = KernelMap::submanifold(grid, kernel);
    const PairLists lists = map.pairs();
    ASSERT_EQ(lists.offsets(), kernel.volume());
    for (std::int64_t k = 0; k < lists.offsets(); ++k) {
      const std::int64_t mirror = lists.offsets() - 1 - k;
      ASSERT_EQ(lists.count(k), lists.count(mirror));
      for (std::int64_t i = 0; i < lists.count(k); ++i) {
        ASSERT_EQ(lists.in(k)[i], lists.out(mirror)[i]);
        if (i > 0) {
          ASSERT_LT(lists.in(k)[i - 1], lists.in(k)[i]);
          ASSERT_LT(lists.out(k)[i - 1], lists.out(k)[i]);
        }
      }
    }
    const std::int64_t centre = kernel.volume() / 2;
    ASSERT_EQ(lists.count(centre), grid.size());
    for (std::int64_t i = 0; i < grid.size(); ++i) {
      ASSERT_EQ(lists.in(centre)[i], i);
      ASSERT_EQ(lists.out(centre)[i], i);
    }
  }
}

TEST(SubmanifoldMap, StoresEachMirroredPairOnce) {
  Rng rng(8);
  const VoxelGrid grid = grid_of(random_voxels(rng, 5000, 1, {20, 20, 20}));
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(5));
  const auto pairs = static_cast<std::size_t>(map.pair_count());
  EXPECT_LE(map.bytes(), pairs * 4 + 125 * sizeof(PairList));
  EXPECT_GE(map.bytes(), pairs * 4);
}

TEST(SubmanifoldMap, OffsetsDoNotWrapAtTheEndsOfInt32) {
  constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
  std::vector<Voxel> voxels;
  for (std::int32_t x : {low, low + 1, high - 1, high})
    for (std::int32_t y : {low, low + 1, high - 1, high})
      for (std::int32_t z : {low, low + 1, high - 1, high})
        for (std::int32_t b : {low, 0, high}) voxels.push_back({b, x, y, z});
  const VoxelGrid grid = grid_of(voxels);
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(5));
  EXPECT_EQ(all_pairs(map), brute_force_pairs(grid, grid, KernelSize::cube(5), 1, {2, 2, 2}));
  // 24 corners of 2×2×2 voxels, each of which sees its 8.
  EXPECT_EQ(map.pair_count(), 24 * 64);
}

TEST(SubmanifoldMap, IsTheSameOnAnyNumberOfThreads) {
  Rng rng(9);
  const VoxelGrid grid = grid_of(random_voxels(rng, 60000, 2, {150, 150, 20}));
  set_num_threads(1);
  const auto one = all_pairs(KernelMap::submanifold(grid, KernelSize::cube(5)));
  set_num_threads(4);
  const auto four = all_pairs(KernelMap::submanifold(grid, KernelSize::cube(5)));
  set_num_threads(0);
  EXPECT_TRUE(one == four);
  EXPECT_TRUE(one == brute_force_pairs(grid, grid, KernelSize::cube(5), 1, {2, 2, 2}));
}

TEST(SubmanifoldMap, CopesWithOneTallColumn) {
  std::vector<Voxel> voxels;
  for (std::int32_t z = 0; z < 200000; ++z) voxels.push_back({0, 0, 0, z});
  // Linear in the pairs: a quadratic search would take minutes.
  EXPECT_EQ(KernelMap::submanifold(grid_of(voxels), KernelSize::cube(3)).pair_count(),
            3 * 200000 - 2);
}

TEST(SubmanifoldMap, TakesTheLargestKernel) {
  const VoxelGrid grid = grid_of({{0, 0, 0, 0}, {0, 127, -127, 127}, {0, 128, 0, 0}});
  const KernelSize kernel{255, 255, 3};
  const KernelMap map = KernelMap::submanifold(grid, kernel);
  EXPECT_EQ(map.pairs().offsets(), 255 * 255 * 3);
  EXPECT_EQ(map.pair_count(), 3 + 2);  // the last two, one step apart in x, see each other
}

TEST(SubmanifoldMap, RefusesEvenAndEmptyKernels) {
  const VoxelGrid grid = grid_of({{0, 0, 0, 0}});
  for (const KernelSize k : {KernelSize{2, 3, 3}, {3, 0, 3}, {3, 3, -1}, {3, 257, 3}}) {
    try {
      KernelMap::submanifold(grid, k);
      FAIL() << "expected a UsageError";
    } catch (const UsageError& e) {
      const std::string found = str_cat(k.z, "×", k.y, "×", k.x);
      EXPECT_NE(std::string(e.what()).find(found), std::string::npos) << e.what();
    }
  }
}

TEST(KernelMap, IsEmptyWhereUndefined) {
  const KernelMap map;
  EXPECT_FALSE(map.defined());
  EXPECT_FALSE(map.transposed().defined());
  EXPECT_EQ(map.pairs().offsets(), 0);
  EXPECT_EQ(map.pair_count() + map.rows_in() + map.rows_out(), 0);
  EXPECT_EQ(map.bytes(), 0u);
}

TEST(KernelMap, PairsOutliveTheGridAndOtherCopies) {
  KernelMap copy;
  {
    const KernelMap map =
        KernelMap::submanifold(grid_of({{0, 0, 0, 0}, {0, 0, 0, 1}}), KernelSize::cube(3));
    copy = map.transposed();
  }
  EXPECT_EQ(pairs_at(copy, 4), (Pairs{{1, 0}}));  // z − 1 of the untransposed map, swapped
}

}  // namespace
}  // namespace lsk3d
