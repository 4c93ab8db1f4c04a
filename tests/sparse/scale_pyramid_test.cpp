// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/scale_pyramid.h"

#include <gtest/gtest.h>

#include "lsk3d/sparse/voxelize.h"
#include "sparse/random_grid.h"

namespace lsk3d {
namespace {

using namespace testing_support;

PointBatch random_points(int n, int batches) {
  Rng rng(15);
  PointBatch batch;
  batch.batch_size = batches;
  batch.points = Tensor::empty({n, 4});
  batch.batch_index = Tensor::empty({n}, DType::i32);
  for (int i = 0; i < n; ++i) {
    float* p = batch.points.data<float>() + i * 4;
    for (int a = 0; a < 3; ++a) p[a] = rng.uniform(-9, 9);  // some outside the volume
    p[3] = rng.uniform();
    batch.batch_index.data<std::int32_t>()[i] = i * batches / n;
  }
  return batch;
}

const VoxelSettings kSettings{{-8, -8, -8}, {8, 8, 8}, {65, 64, 30}};

TEST(ScalePyramid, LevelsHoldThePointsVoxelsAtTheirScale) {
  const PointBatch batch = random_points(3000, 2);
  const KernelSize kernel{3, 5, 3};
  const ScalePyramid pyramid = build_scale_pyramid(batch, kSettings, {2, 4, 6}, kernel);
  ASSERT_EQ(pyramid.levels.size(), 4u);
  const int scales[] = {1, 2, 4, 6};
  for (std::size_t i = 0; i < 4; ++i) {
    const ScaleLevel& level = pyramid.levels[i];
    EXPECT_EQ(level.scale, scales[i]);
    const Tensor rows = voxel_coordinates(batch, kSettings, scales[i]);
    const auto voxels = voxels_of(level.grid);
    ASSERT_EQ(level.points.rows(), batch.size());
    ASSERT_EQ(level.points.count(), level.grid.size());
    for (std::int64_t p = 0; p < batch.size(); ++p) {
      const auto v = static_cast<std::size_t>(level.points.index.data<std::int32_t>()[p]);
      ASSERT_TRUE(
          std::equal(voxels[v].begin(), voxels[v].end(), rows.data<std::int32_t>() + p * 4));
    }
    const bool last = i == 3;
    EXPECT_EQ(level.map.defined(), !last);
    EXPECT_EQ(level.coarser.start.defined(), !last);
    if (last) continue;
    EXPECT_EQ(all_pairs(level.map), all_pairs(KernelMap::submanifold(level.grid, kernel)));
    ASSERT_EQ(level.coarser.rows(), level.grid.size());
    std::map<Voxel, std::int32_t> groups;  // of floor(coordinate / 2) within a batch
    for (std::size_t v = 0; v < voxels.size(); ++v) {
      Voxel half = voxels[v];
      for (int a = 1; a < 4; ++a) half[a] = floor_div(half[a], 2);
      const auto group = level.coarser.index.span<std::int32_t>()[v];
      ASSERT_EQ(groups.try_emplace(half, group).first->second, group);
    }
    EXPECT_EQ(static_cast<std::int64_t>(groups.size()), level.coarser.count());
  }
}

TEST(ScalePyramid, TakesRepeatedScalesAndNoScales) {
  const PointBatch batch = random_points(500, 1);
  const auto pyramid = build_scale_pyramid(batch, kSettings, {1, 2, 2}, KernelSize::cube(3));
  ASSERT_EQ(pyramid.levels.size(), 4u);
  EXPECT_TRUE(pyramid.levels[2].map.defined());
  EXPECT_FALSE(pyramid.levels[3].map.defined());
  EXPECT_FALSE(pyramid.levels[3].coarser.start.defined());
  for (std::size_t i : {0, 2})
    EXPECT_EQ(voxels_of(pyramid.levels[i].grid), voxels_of(pyramid.levels[i + 1].grid));

  const auto flat = build_scale_pyramid(batch, kSettings, {}, KernelSize::cube(3));
  ASSERT_EQ(flat.levels.size(), 1u);
  EXPECT_FALSE(flat.levels[0].map.defined());
}

TEST(ScalePyramid, TakesAnEmptyBatch) {
  const auto pyramid =
      build_scale_pyramid(random_points(0, 1), kSettings, {2, 4}, KernelSize::cube(3));
  for (const ScaleLevel& level : pyramid.levels) {
    EXPECT_EQ(level.grid.size(), 0);
    EXPECT_EQ(level.points.count(), 0);
  }
  EXPECT_EQ(pyramid.levels[0].map.pairs().offsets(), 27);
  EXPECT_EQ(pyramid.levels[0].coarser.count(), 0);
}

TEST(ScalePyramid, RefusesScalesThatDecrease) {
  const PointBatch batch = random_points(5, 1);
  const auto message = [&](const std::vector<int>& scales) -> std::string {
    try {
      build_scale_pyramid(batch, kSettings, scales, KernelSize::cube(3));
    } catch (const UsageError& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  EXPECT_NE(message({2, 8, 4}).find("found 4 after 8"), std::string::npos);
  EXPECT_NE(message({0}).find("found 0"), std::string::npos);
  EXPECT_NE(message({-3}).find("found -3"), std::string::npos);
}

}  // namespace
}  // namespace lsk3d
