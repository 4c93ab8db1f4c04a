// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/voxel_grid.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <thread>

#include "lsk3d/core/parallel.h"
#include "sparse/random_grid.h"

namespace lsk3d {
namespace {

using namespace testing_support;
constexpr std::int32_t kLow = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();

/// Sorted, distinct, found again, and segments that name each row once under its own voxel.
void expect_valid(const std::vector<Voxel>& rows) {
  const VoxelGrid::Result result = VoxelGrid::build(coordinates_of(rows));
  const std::vector<Voxel> voxels = voxels_of(result.grid);
  const std::set<Voxel> wanted(rows.begin(), rows.end());
  ASSERT_EQ(voxels, std::vector<Voxel>(wanted.begin(), wanted.end()));
  for (std::size_t v = 0; v < voxels.size(); ++v)
    ASSERT_EQ(result.grid.find(voxels[v]), static_cast<std::int32_t>(v));

  const Segments& s = result.segments;
  ASSERT_EQ(s.count(), static_cast<std::int64_t>(voxels.size()));
  ASSERT_EQ(s.rows(), static_cast<std::int64_t>(rows.size()));
  const auto start = s.start.span<std::int64_t>();
  const auto order = s.order.span<std::int32_t>(), index = s.index.span<std::int32_t>();
  ASSERT_EQ(start[0], 0);
  ASSERT_EQ(start.back(), s.rows());
  for (std::size_t v = 0; v < voxels.size(); ++v) {
    ASSERT_LT(start[v], start[v + 1]) << "an empty segment";
    for (std::int64_t i = start[v]; i < start[v + 1]; ++i) {
      ASSERT_EQ(rows[static_cast<std::size_t>(order[i])], voxels[v]);
      ASSERT_EQ(index[order[i]], static_cast<std::int32_t>(v));
      if (i > start[v]) {
        ASSERT_LT(order[i - 1], order[i]);
      }
    }
  }
}

TEST(VoxelGrid, HoldsTheDistinctVoxelsSorted) {
  Rng rng(2);
  expect_valid(random_voxels(rng, 3000, 1, {12, 12, 12}));          // crowded
  expect_valid(random_voxels(rng, 3000, 3, {2000, 2000, 120}));     // sparse
  expect_valid(random_voxels(rng, 40000, 2, {300, 300, 20}));       // several chunks
  expect_valid(std::vector<Voxel>(1000, Voxel{0, -1, 2, -3}));      // one voxel
  expect_valid({{3, 1, 2, 3}});
  expect_valid({});
}

TEST(VoxelGrid, KeepsVoxelsApartAtAnyExtent) {
  std::vector<Voxel> corners;
  const std::int32_t values[] = {kLow, kLow + 1, -1, 0, 1, kHigh - 1, kHigh};
  for (std::int32_t b : values)
    for (std::int32_t x : values)
      for (std::int32_t y : values)
        for (std::int32_t z : values) corners.push_back({b, x, y, z});
  std::reverse(corners.begin(), corners.end());
  corners.insert(corners.end(), {{kHigh, kLow, kHigh, kLow}, {0, 0, 0, 0}});
  expect_valid(corners);

  Rng rng(3);
  for (int bits : {15, 16, 17, 21, 31}) {  // 4 · 16 bits just fit one 64-bit word
    std::vector<Voxel> voxels(2000);
    for (Voxel& v : voxels)
      for (auto& c : v) c = static_cast<std::int32_t>(rng.next_u32() >> (32 - bits));
    expect_valid(voxels);
  }
}

TEST(VoxelGrid, FindsNoVoxelThatIsNotThere) {
  Rng rng(4);
  const auto rows = random_voxels(rng, 500, 2, {9, 9, 9});
  const VoxelGrid grid = grid_of(rows);
  const std::set<Voxel> present(rows.begin(), rows.end());
  for (std::int32_t b = -1; b < 3; ++b)
    for (std::int32_t x = -6; x < 7; ++x)
      for (std::int32_t y = -6; y < 7; ++y)
        for (std::int32_t z = -6; z < 7; ++z)
          ASSERT_EQ(grid.find({b, x, y, z}) >= 0, present.contains({b, x, y, z}));
  // Voxels whose low bits, or whose packed words in a smaller volume, would agree.
  EXPECT_EQ(grid_of({{0, 1, 0, 0}}).find({0, 0, 1 << 21, 0}), -1);
  EXPECT_EQ(grid_of({{0, 0, 0, 0}}).find({0, kLow, kLow, kLow}), -1);
  EXPECT_EQ(VoxelGrid().find({0, 0, 0, 0}), -1);
  EXPECT_EQ(grid_of({}).find({0, 0, 0, 0}), -1);
}

TEST(VoxelGrid, AnswersSeveralThreadsAtOnce) {
  Rng rng(5);
  const VoxelGrid grid = grid_of(random_voxels(rng, 5000, 1, {50, 50, 50}));
  const auto voxels = voxels_of(grid);
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t v = 0; v < voxels.size(); ++v)
        wrong[t] += grid.find(voxels[v]) != static_cast<std::int32_t>(v);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(VoxelGrid, IsTheSameOnAnyNumberOfThreads) {
  Rng rng(6);
  const Tensor rows = coordinates_of(random_voxels(rng, 100000, 2, {200, 200, 30}));
  set_num_threads(1);
  const auto one = VoxelGrid::build(rows);
  set_num_threads(4);
  const auto four = VoxelGrid::build(rows);
  set_num_threads(0);
  const auto same = [](const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
  };
  EXPECT_TRUE(same(one.grid.coordinates(), four.grid.coordinates()));
  EXPECT_TRUE(same(one.segments.start, four.segments.start));
  EXPECT_TRUE(same(one.segments.order, four.segments.order));
  EXPECT_TRUE(same(one.segments.index, four.segments.index));
}

TEST(VoxelGrid, RefusesOtherTensors) {
  const auto message = [](const Tensor& t) -> std::string {
    try {
      VoxelGrid::build(t);
    } catch (const UsageError& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  EXPECT_NE(message(Tensor::zeros({5, 3}, DType::i32)).find("[5, 3]"), std::string::npos);
  EXPECT_NE(message(Tensor::zeros({20}, DType::i32)).find("[20]"), std::string::npos);
  EXPECT_NE(message(Tensor::zeros({5, 4})).find("f32"), std::string::npos);
  EXPECT_NE(message(Tensor()).find("undefined"), std::string::npos);
}

}  // namespace
}  // namespace lsk3d
