// SPDX-License-Identifier: MIT
#include "lsk3d/metrics/distance_confusion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

std::int64_t points_in(const ConfusionMatrix& matrix) {
  std::int64_t points = 0;
  for (int label = 0; label < matrix.classes(); ++label)
    for (int prediction = 0; prediction < matrix.classes(); ++prediction)
      points += matrix.at(label, prediction);
  return points;
}

TEST(DistanceConfusion, RingsOfTenMetresByHorizontalRange) {
  DistanceConfusion confusion(2);
  ASSERT_EQ(confusion.rings().size(), 6u);
  EXPECT_EQ(confusion.rings()[1].from, 10);
  EXPECT_EQ(confusion.rings()[1].to, 20);
  EXPECT_TRUE(std::isinf(confusion.rings()[5].to));
  // Height does not count; a ring holds its inner edge; what is far is in the last.
  const Tensor points = Tensor::from(
      std::vector<float>{0, 0, 90, 6, 8, 0, -9.99f, 0, 0, 30, -40, 1, 3e38f, 3e38f, 0}, {5, 3});
  confusion.add(points, std::vector<std::int32_t>{1, 1, 1, 1, 1},
                std::vector<std::int32_t>{1, 1, 0, 1, 1});
  const std::vector<std::int64_t> wanted{2, 1, 0, 0, 0, 2};
  for (std::size_t ring = 0; ring < 6; ++ring)
    EXPECT_EQ(points_in(confusion.rings()[ring].matrix), wanted[ring]) << ring;
  EXPECT_EQ(confusion.rings()[0].matrix.at(1, 0), 1);
}

TEST(DistanceConfusion, TheRingsAddUpToTheWhole) {
  Rng rng(4);
  constexpr int kPoints = 3000, kClasses = 5;
  std::vector<float> points;
  std::vector<std::int32_t> labels, predictions;
  for (int i = 0; i < kPoints; ++i) {
    points.insert(points.end(), {rng.uniform(-70, 70), rng.uniform(-70, 70), 0, 0});
    labels.push_back(static_cast<std::int32_t>(rng.below(kClasses)));
    predictions.push_back(static_cast<std::int32_t>(rng.below(kClasses)));
  }
  ConfusionMatrix whole(kClasses);
  whole.add(labels, predictions);
  DistanceConfusion confusion(kClasses);
  confusion.add(Tensor::from(points, {kPoints, 4}), labels, predictions);
  for (int label = 0; label < kClasses; ++label)
    for (int prediction = 0; prediction < kClasses; ++prediction) {
      std::int64_t sum = 0;
      for (const auto& ring : confusion.rings()) sum += ring.matrix.at(label, prediction);
      EXPECT_EQ(sum, whole.at(label, prediction));
    }
}

TEST(DistanceConfusion, RefusesUnequalLengths) {
  DistanceConfusion confusion(2);
  const std::vector<std::int32_t> one{1}, two{1, 1};
  EXPECT_THROW(confusion.add(Tensor::zeros({2, 4}), two, one), InternalError);
  EXPECT_THROW(confusion.add(Tensor::zeros({1, 4}), two, two), InternalError);
}

}  // namespace
}  // namespace lsk3d
