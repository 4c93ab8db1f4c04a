// SPDX-License-Identifier: MIT
#include "lsk3d/metrics/confusion_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

constexpr int kClasses = 20;

struct Points {
  std::vector<std::int32_t> labels, predictions;
};

/// Random points; classes whose number is in `absent` never occur in the labels.
Points random_points(std::uint64_t seed, int count, const std::vector<int>& absent,
                     bool predict_zero) {
  Rng rng(seed);
  Points points;
  while (static_cast<int>(points.labels.size()) < count) {
    const int label = static_cast<int>(rng.below(kClasses));
    if (std::find(absent.begin(), absent.end(), label) != absent.end()) continue;
    int prediction = static_cast<int>(rng.below(kClasses));
    if (rng.uniform() < 0.5f) prediction = label;
    if (prediction == 0 && !predict_zero) prediction = 1;
    points.labels.push_back(label);
    points.predictions.push_back(prediction);
  }
  return points;
}

/// Straight from the definition, point by point and class by class, without any matrix.
struct Reference {
  std::vector<double> iou = std::vector<double>(kClasses, 0.0);
  double miou = 0, miou_present = 0, accuracy = 0;
  std::int64_t points = 0;
};

Reference reference(const Points& p, bool drop_zero_predictions, bool mean_over_occurring) {
  Reference r;
  double sum = 0, sum_present = 0, correct = 0;
  int averaged = 0, present = 0;
  for (int c = 1; c < kClasses; ++c) {
    double tp = 0, fp = 0, fn = 0;
    bool in_labels = false;
    for (std::size_t i = 0; i < p.labels.size(); ++i) {
      const int label = p.labels[i], prediction = p.predictions[i];
      if (label == 0) continue;
      in_labels |= label == c;
      if (drop_zero_predictions && prediction == 0) continue;
      if (label == c && prediction == c) ++tp;
      if (label != c && prediction == c) ++fp;
      if (label == c && prediction != c) ++fn;
    }
    const double united = tp + fp + fn;
    const double iou = united > 0 ? tp / united : 0;
    r.iou[static_cast<std::size_t>(c)] = iou;
    sum += iou;
    averaged += !mean_over_occurring || united > 0;
    if (in_labels) sum_present += iou, ++present;
    correct += tp;
    r.points += static_cast<std::int64_t>(tp + fn);
  }
  r.miou = averaged ? sum / averaged : 0;
  r.miou_present = present ? sum_present / present : 0;
  r.accuracy = r.points ? correct / static_cast<double>(r.points) : 0;
  return r;
}

void expect_equal(const Points& points, const std::string& protocol) {
  ConfusionMatrix matrix(kClasses);
  const std::size_t half = points.labels.size() / 2;  // counts add up over scans
  const std::span<const std::int32_t> labels(points.labels), predictions(points.predictions);
  matrix.add(labels.first(half), predictions.first(half));
  matrix.add(labels.subspan(half), predictions.subspan(half));
  const IouReport report = iou_report(matrix, protocol);
  const bool authors = protocol == "lsk3dnet";
  const Reference wanted = reference(points, authors, authors);
  for (std::size_t c = 1; c < kClasses; ++c)
    EXPECT_NEAR(report.iou[c], wanted.iou[c], 1e-6) << "class " << c;
  EXPECT_NEAR(report.miou, wanted.miou, 1e-6);
  EXPECT_NEAR(report.miou_present, wanted.miou_present, 1e-6);
  EXPECT_NEAR(report.accuracy, wanted.accuracy, 1e-6);
  EXPECT_EQ(report.points, wanted.points);
}

TEST(IouReport, EqualsTheDefinitionOnRandomPoints) {
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    for (bool predict_zero : {false, true})
      for (const char* protocol : {"api", "lsk3dnet"}) {
        SCOPED_TRACE(std::string(protocol) + " seed " + std::to_string(seed));
        expect_equal(random_points(seed, 500, {}, predict_zero), protocol);
        expect_equal(random_points(seed, 500, {3, 7, 12, 19}, predict_zero), protocol);
      }
}

TEST(IouReport, AbsentClassesCountZeroUnderApiOnly) {
  ConfusionMatrix matrix(kClasses);
  matrix.add(std::vector<std::int32_t>{1, 1, 2, 2}, std::vector<std::int32_t>{1, 1, 2, 2});
  EXPECT_DOUBLE_EQ(iou_report(matrix, "api").miou, 2.0 / 19);
  EXPECT_DOUBLE_EQ(iou_report(matrix, "api").miou_present, 1.0);
  EXPECT_DOUBLE_EQ(iou_report(matrix, "lsk3dnet").miou, 1.0);
}

TEST(IouReport, UnlabelledPredictionIsAMissUnderApiAndDroppedUnderLsk3dnet) {
  ConfusionMatrix matrix(3);
  matrix.add(std::vector<std::int32_t>{1, 1, 2, 0}, std::vector<std::int32_t>{1, 0, 2, 1});
  const IouReport api = iou_report(matrix, "api"), authors = iou_report(matrix, "lsk3dnet");
  EXPECT_DOUBLE_EQ(api.iou[1], 0.5);
  EXPECT_DOUBLE_EQ(api.accuracy, 2.0 / 3);
  EXPECT_EQ(api.points, 3);
  EXPECT_DOUBLE_EQ(authors.iou[1], 1.0);
  EXPECT_EQ(authors.points, 2);
}

TEST(IouReport, ClassPredictedButNeverLabelledOccursUnderLsk3dnet) {
  ConfusionMatrix matrix(4);
  matrix.add(std::vector<std::int32_t>{1, 1}, std::vector<std::int32_t>{1, 2});
  const IouReport report = iou_report(matrix, "lsk3dnet");
  EXPECT_DOUBLE_EQ(report.miou, 0.25);  // (1/2 + 0) / 2
  EXPECT_DOUBLE_EQ(report.miou_present, 0.5);
  EXPECT_TRUE(report.present[1]);
  EXPECT_FALSE(report.present[2]);
}

TEST(IouReport, EmptyMatrixGivesZeros) {
  for (const char* protocol : {"api", "lsk3dnet"}) {
    const IouReport report = iou_report(ConfusionMatrix(kClasses), protocol);
    EXPECT_EQ(report.miou, 0);
    EXPECT_EQ(report.miou_present, 0);
    EXPECT_EQ(report.accuracy, 0);
    EXPECT_EQ(report.points, 0);
  }
}

TEST(IouReport, UnknownProtocolIsNamed) {
  try {
    iou_report(ConfusionMatrix(3), "apo");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("'apo'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("did you mean 'api'"), std::string::npos);
  }
}

TEST(ConfusionMatrix, RefusesClassesOutOfRange) {
  ConfusionMatrix matrix(3);
  const std::vector<std::int32_t> good{1}, high{3}, negative{-1}, two{1, 1};
  EXPECT_THROW(matrix.add(good, high), InternalError);
  EXPECT_THROW(matrix.add(negative, good), InternalError);
  EXPECT_THROW(matrix.add(good, two), InternalError);
  EXPECT_THROW(matrix.at(0, 3), InternalError);
  EXPECT_THROW(ConfusionMatrix(0), InternalError);
}

}  // namespace
}  // namespace lsk3d
