// SPDX-License-Identifier: MIT
#include "lsk3d/engine/predictor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lsk3d/data/scan.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::tiny_scan;
using testing_support::TinyScan;
using testing_support::write_bytes;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

class PredictorTest : public ::testing::Test {
 protected:
  PredictorTest()
      : folder_("predictor"),
        config_(load_config(tiny_config_path())),
        model_(config_.model, config_.voxels, 3) {
    model_.train(false);
  }

  ScanPrediction predict(const std::vector<float>& points, PredictSettings settings = {}) {
    write_bytes(folder_ / "scan.bin", points.data(), points.size() * sizeof(float));
    LabelledScan scan;
    scan.scan = read_scan(folder_ / "scan.bin");
    return predict_scan(model_, scan, settings);
  }

  static std::vector<std::int32_t> classes(const ScanPrediction& p) {
    const auto span = p.classes.span<std::int32_t>();
    return {span.begin(), span.end()};
  }

  ScratchFolder folder_;
  Config config_;
  Lsk3dNet model_;
};

TEST_F(PredictorTest, ClassesAreTheBestLogitsAndNeverZero) {
  const TinyScan scan = tiny_scan(1);
  const ScanPrediction p = predict(scan.points);
  ASSERT_EQ(p.logits.shape(), (Shape{500, 20}));
  ASSERT_EQ(p.classes.shape(), (Shape{500}));
  int inside = 0;
  for (int i = 0; i < 500; ++i) {
    const float* row = p.logits.data<float>() + 20 * i;
    const bool seen = std::abs(scan.points[4 * static_cast<std::size_t>(i)]) < 50;
    EXPECT_EQ(p.in_volume.data<std::uint8_t>()[i] != 0, seen) << i;
    EXPECT_GT(p.classes.data<std::int32_t>()[i], 0);
    if (seen) {
      EXPECT_EQ(p.classes.data<std::int32_t>()[i], std::max_element(row + 1, row + 20) - row);
    } else {
      EXPECT_TRUE(std::all_of(row, row + 20, [](float v) { return v == 0; }));
    }
    inside += seen;
  }
  EXPECT_GT(inside, 400);
  EXPECT_LT(inside, 500);
}

TEST_F(PredictorTest, PointsOutsideTakeTheNearestVoxelsClassOrNone) {
  std::vector<float> points = tiny_scan(2, 200).points;
  std::vector<float> inside;
  for (std::size_t i = 0; i < points.size(); i += 4)
    if (std::abs(points[i]) < 50)
      inside.insert(inside.end(), points.begin() + static_cast<std::ptrdiff_t>(i),
                    points.begin() + static_cast<std::ptrdiff_t>(i) + 4);
  const float corner[] = {49.9f, 49.9f, 1.9f, 0.3f}, beyond[] = {51, 51, 3, 0.3f};
  inside.insert(inside.end(), corner, corner + 4);
  inside.insert(inside.end(), beyond, beyond + 4);
  const ScanPrediction nearest = predict(inside);
  const std::int64_t n = nearest.classes.dim(0);
  EXPECT_EQ(nearest.classes.data<std::int32_t>()[n - 1],
            nearest.classes.data<std::int32_t>()[n - 2]);
  PredictSettings settings;
  settings.outside = OutsidePoints::unlabeled;
  const ScanPrediction unlabeled = predict(inside, settings);
  EXPECT_EQ(unlabeled.classes.data<std::int32_t>()[n - 1], 0);
  EXPECT_GT(unlabeled.classes.data<std::int32_t>()[n - 2], 0);
}

TEST_F(PredictorTest, OddScansAreAnsweredOrRefused) {
  EXPECT_EQ(predict({1, 2, 0, 0.5f}).classes.numel(), 1);  // one point
  EXPECT_GT(classes(predict({1, 2, 0, 0.5f}))[0], 0);
  const ScanPrediction outside = predict({80, 0, 0, 0.5f, 0, -90, 0, 0.5f, 0, 0, 30, 0.1f});
  for (std::int32_t c : classes(outside)) EXPECT_GT(c, 0);
  EXPECT_EQ(std::count(outside.in_volume.data<std::uint8_t>(),
                       outside.in_volume.data<std::uint8_t>() + 3, 1),
            0);
  const ScanPrediction holes = predict({1, 2, 0, 0.5f, kNaN, 2, 0, 0.5f, 3, 4, INFINITY, 0.5f});
  EXPECT_EQ(holes.classes.numel(), 3);
  EXPECT_EQ(classes(holes)[1], classes(holes)[0]);
  EXPECT_EQ(classes(holes)[2], classes(holes)[0]);
  try {
    predict({kNaN, 2, 0, 0.5f});
    FAIL() << "no error";
  } catch (const DataError& e) {
    EXPECT_NE(std::string(e.what()).find("scan.bin"), std::string::npos) << e.what();
  }
}

TEST_F(PredictorTest, ACloudWithoutPointsGivesEmptyTensors) {
  LabelledScan scan;
  scan.scan.points = Tensor::zeros({0, 4});
  scan.scan.kept = Tensor::zeros({0}, DType::i32);
  const ScanPrediction p = predict_scan(model_, scan, {});
  EXPECT_EQ(p.classes.shape(), (Shape{0}));
  EXPECT_EQ(p.logits.shape(), (Shape{0, 20}));
  EXPECT_EQ(p.in_volume.shape(), (Shape{0}));
}

TEST_F(PredictorTest, VotesAreSummedAndDependOnTheSeedAlone) {
  const std::vector<float> points = tiny_scan(3, 150).points;
  PredictSettings settings;
  settings.votes = 3;
  settings.seed = 4;
  const ScanPrediction a = predict(points, settings), b = predict(points, settings);
  EXPECT_TRUE(std::equal(a.logits.span<float>().begin(), a.logits.span<float>().end(),
                         b.logits.span<float>().begin()));
  settings.seed = 5;
  const ScanPrediction c = predict(points, settings);
  EXPECT_FALSE(std::equal(a.logits.span<float>().begin(), a.logits.span<float>().end(),
                          c.logits.span<float>().begin()));
  settings.votes = 0;
  EXPECT_THROW(predict(points, settings), UsageError);
}

}  // namespace
}  // namespace lsk3d
