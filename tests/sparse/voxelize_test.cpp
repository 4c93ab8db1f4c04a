// SPDX-License-Identifier: MIT
#include "lsk3d/sparse/voxelize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

PointBatch batch_of(const std::vector<float>& points) {
  PointBatch batch;
  batch.points = Tensor::from(points, {static_cast<std::int64_t>(points.size()) / 4, 4});
  batch.batch_index = Tensor::zeros({batch.size()}, DType::i32);
  return batch;
}

std::vector<std::int32_t> coordinates(const PointBatch& batch, const VoxelSettings& settings,
                                      int scale) {
  const Tensor t = voxel_coordinates(batch, settings, scale);
  const auto span = t.span<std::int32_t>();
  return {span.begin(), span.end()};
}

template <typename E>
std::string message(const PointBatch& batch, const VoxelSettings& settings, int scale) {
  try {
    voxel_coordinates(batch, settings, scale);
  } catch (const E& e) {
    return e.what();
  }
  return "nothing of that type thrown";
}

TEST(Voxelize, CutsTheVolumeAndTruncatesTowardsZero) {
  const VoxelSettings settings{{0, 0, 0}, {10, 10, 10}, {10, 10, 5}};
  const PointBatch batch = batch_of({0.f, 0.99f, 9.99f, 0.5f,     //
                                     3.f, 4.5f, 2.f, 0.5f,        //
                                     -0.5f, -1.f, 12.f, 0.5f,     // outside: −0.5 truncates to 0
                                     -1.5f, 1000.f, -4.f, 0.5f});
  EXPECT_EQ(coordinates(batch, settings, 1),
            (std::vector<std::int32_t>{0, 0, 0, 4, 0, 3, 4, 1, 0, 0, -1, 6, 0, -1, 1000, -2}));
  // ceil(10 / 4) = 3 and ceil(5 / 4) = 2 cells.
  EXPECT_EQ(coordinates(batch, settings, 4),
            (std::vector<std::int32_t>{0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 300, 0}));
}

TEST(Voxelize, MultipliesBeforeItDividesInFloat) {
  Rng rng(1);
  std::vector<float> points;
  for (int i = 0; i < 4000; ++i) points.push_back(rng.uniform(-50, 50));
  const PointBatch batch = batch_of(points);
  const VoxelSettings settings;
  int other_order = 0;
  for (const int scale : {1, 3, 8}) {
    const auto found = coordinates(batch, settings, scale);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i % 4 == 0) continue;
      const std::size_t a = i % 4 - 1;
      const float cells =
          std::ceil(static_cast<float>(settings.grid[a]) / static_cast<float>(scale));
      const float shifted = points[i - 1] - settings.min[a];
      const float edge = settings.max[a] - settings.min[a];
      volatile float product = cells * shifted;  // rounded to f32 before the division
      EXPECT_EQ(found[i], static_cast<std::int32_t>(product / edge));
      volatile float quotient = shifted / edge;
      other_order += found[i] != static_cast<std::int32_t>(cells * quotient);
    }
  }
  // Points on a border fall to either side by the order of the operations; few, but some do.
  std::vector<float> borders;
  for (int i = 0; i < 2000; ++i)
    borders.insert(borders.end(), {static_cast<float>(i) * 0.05f - 50.f, 0, 0, 0});
  const auto found = coordinates(batch_of(borders), settings, 1);
  for (std::size_t i = 0; i < 2000; ++i) {
    const float shifted = borders[i * 4] + 50.f;
    volatile float product = 2000.f * shifted, quotient = shifted / 100.f;
    EXPECT_EQ(found[i * 4 + 1], static_cast<std::int32_t>(product / 100.f));
    other_order += found[i * 4 + 1] != static_cast<std::int32_t>(2000.f * quotient);
  }
  EXPECT_GT(other_order, 0);
}

TEST(Voxelize, KeepsTheBatchAndTakesNoPoints) {
  PointBatch batch = batch_of({1, 1, 1, 0, 1, 1, 1, 0});
  batch.batch_size = 3;
  batch.batch_index = Tensor::from(std::vector<std::int32_t>{0, 2}, {2});
  const auto found = coordinates(batch, {}, 1);
  EXPECT_EQ(found[0], 0);
  EXPECT_EQ(found[4], 2);
  EXPECT_EQ(voxel_coordinates(batch_of({}), {}, 2).shape(), (Shape{0, 4}));
}

TEST(Voxelize, NamesTheFirstBadPointOnAnyNumberOfThreads) {
  std::vector<float> points(4 * 100000, 1.f);
  points[4 * 70000 + 1] = std::numeric_limits<float>::infinity();
  points[4 * 20000 + 2] = std::nanf("");
  for (int threads : {1, 4}) {
    set_num_threads(threads);
    const std::string text = message<DataError>(batch_of(points), {}, 1);
    EXPECT_NE(text.find("point 20000 has z = nan"), std::string::npos) << text;
  }
  set_num_threads(0);
}

TEST(Voxelize, RefusesCoordinatesBeyondInt32) {
  for (const float far : {1.1e8f, -1.1e8f, 3e38f}) {
    const std::string text = message<DataError>(batch_of({0, far, 0, 0}), {}, 1);
    EXPECT_NE(text.find("point 0 has y = "), std::string::npos) << text;
    EXPECT_NE(text.find("does not fit 32 bits"), std::string::npos) << text;
  }
  // −2^31 is the last that fits.
  const VoxelSettings unit{{0, 0, 0}, {1, 1, 1}, {1, 1, 1}};
  EXPECT_EQ(coordinates(batch_of({-0x1p31f, 0, 0, 0}), unit, 1)[1],
            std::numeric_limits<std::int32_t>::min());
  EXPECT_NE(message<DataError>(batch_of({0x1p31f, 0, 0, 0}), unit, 1).find("fit"),
            std::string::npos);
}

TEST(Voxelize, RefusesBadSettings) {
  const PointBatch batch = batch_of({0, 0, 0, 0});
  EXPECT_NE(message<UsageError>(batch, {}, 0).find("found 0"), std::string::npos);
  EXPECT_NE(message<UsageError>(batch, {{0, 0, 0}, {1, 1, 1}, {1, 0, 1}}, 1).find("along y"),
            std::string::npos);
  EXPECT_NE(message<UsageError>(batch, {{0, 0, 2}, {1, 1, 1}, {1, 1, 1}}, 1).find("along z"),
            std::string::npos);
  EXPECT_NE(message<UsageError>(batch, {{0, 0, 0}, {INFINITY, 1, 1}, {1, 1, 1}}, 1).find("along x"),
            std::string::npos);
  PointBatch wrong = batch;
  wrong.batch_index = Tensor::zeros({2}, DType::i32);
  EXPECT_NE(message<UsageError>(wrong, {}, 1).find("batch_index"), std::string::npos);
  wrong.batch_index = Tensor::full({1}, 1, DType::i32);
  EXPECT_NE(message<UsageError>(wrong, {}, 1).find("found 1 at point 0"), std::string::npos);
  wrong.points = Tensor::zeros({1, 3});
  EXPECT_NE(message<UsageError>(wrong, {}, 1).find("[1, 3]"), std::string::npos);
}

}  // namespace
}  // namespace lsk3d
