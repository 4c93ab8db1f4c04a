// SPDX-License-Identifier: MIT
#include "lsk3d/engine/receptive_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "lsk3d/core/parallel.h"
#include "lsk3d/data/scan.h"
#include "lsk3d/engine/config.h"
#include "lsk3d/engine/predictor.h"
#include "support/expect_throw.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::ScratchFolder;
using testing_support::tiny_config_path;
using testing_support::tiny_scan;
using testing_support::write_bytes;

class ReceptiveFieldTest : public ::testing::Test {
 protected:
  ReceptiveFieldTest()
      : folder_("receptive_field"),
        config_(load_config(tiny_config_path())),
        model_(config_.model, config_.voxels, 3) {}

  LabelledScan scan_of(const std::vector<float>& points) {
    write_bytes(folder_ / "scan.bin", points.data(), points.size() * sizeof(float));
    LabelledScan scan;
    scan.scan = read_scan(folder_ / "scan.bin");
    return scan;
  }

  static ReceptiveFieldSettings centres(int count, std::uint64_t seed = 0) {
    ReceptiveFieldSettings settings;
    settings.centres = count;
    settings.seed = seed;
    return settings;
  }

  ScratchFolder folder_;
  Config config_;
  Lsk3dNet model_;
};

TEST_F(ReceptiveFieldTest, SharesSumToOneAndRadiiGrow) {
  const ReceptiveField field =
      measure_receptive_field(model_, scan_of(tiny_scan(1).points), centres(5));
  ASSERT_EQ(field.centres.size(), 5u);
  EXPECT_EQ(std::set<std::int32_t>(field.centres.begin(), field.centres.end()).size(), 5u);
  const auto influence = std::as_const(field.influence).span<float>();
  EXPECT_NEAR(std::accumulate(influence.begin(), influence.end(), 0.0), 1, 1e-5);
  EXPECT_TRUE(std::all_of(influence.begin(), influence.end(), [](float v) { return v > 0; }));
  double before = 0;
  for (const double share : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    EXPECT_GE(field.radius(share), before) << share;
    before = field.radius(share);
  }
  double farthest = 0;
  for (std::int64_t i = 0; i < field.displacements.dim(0); ++i) {
    const float* d = field.displacements.data<float>() + 3 * i;
    farthest = std::max(farthest, static_cast<double>(std::hypot(d[0], d[1], d[2])));
  }
  EXPECT_NEAR(field.radius(1), farthest, 1e-5);
}

TEST_F(ReceptiveFieldTest, EachCentreMattersToItself) {
  const ReceptiveField field =
      measure_receptive_field(model_, scan_of(tiny_scan(2).points), centres(6));
  int at_centre = 0;
  for (std::int64_t i = 0; i < field.displacements.dim(0); ++i) {
    const float* d = field.displacements.data<float>() + 3 * i;
    at_centre += d[0] == 0 && d[1] == 0 && d[2] == 0;
  }
  EXPECT_GE(at_centre, 6);
}

TEST_F(ReceptiveFieldTest, NothingBeyondTheReachOfTheKernelsMatters) {
  // One block of four 3 x 3 x 3 convs on voxels of 0.5 m, then the mean over voxels of 1 m: no more
  // than 4 voxels, twice the size of both sorts of voxels, and half a metre within the first.
  ModelSettings settings = config_.model;
  settings.scales = {2};
  Lsk3dNet shallow(settings, config_.voxels, 5);
  std::vector<float> row;
  for (int i = 0; i < 180; ++i)
    for (const float value :
         {0.5f * static_cast<float>(i) - 45, 0.2f, -1.0f, 0.1f * static_cast<float>(i % 7)})
      row.push_back(value);
  const ReceptiveField field = measure_receptive_field(shallow, scan_of(row), centres(10));
  EXPECT_LE(field.radius(1), 4 * 0.5 + 2 * (0.5 + 1) + 0.5);
  EXPECT_GE(field.radius(1), 0.5);
  ModelSettings wider = settings;
  wider.kernel = KernelSize::cube(7);
  Lsk3dNet large(wider, config_.voxels, 5);
  EXPECT_GT(measure_receptive_field(large, scan_of(row), centres(10)).radius(1),
            field.radius(1) + 2);
}

TEST_F(ReceptiveFieldTest, IsTheSameForAnyNumberOfThreadsAndFollowsTheSeed) {
  const LabelledScan scan = scan_of(tiny_scan(4).points);
  const int before = num_threads();
  std::vector<ReceptiveField> fields;
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    fields.push_back(measure_receptive_field(model_, scan, centres(3, 9)));
  }
  set_num_threads(before);
  EXPECT_EQ(fields[0].centres, fields[1].centres);
  const auto a = std::as_const(fields[0].influence).span<float>();
  const auto b = std::as_const(fields[1].influence).span<float>();
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  EXPECT_NE(measure_receptive_field(model_, scan, centres(3, 10)).centres, fields[0].centres);
}

TEST_F(ReceptiveFieldTest, TakesOnlyPointsOfTheClass) {
  const LabelledScan scan = scan_of(tiny_scan(5).points);
  const Tensor classes = [&] {
    model_.train(false);
    return predict_scan(model_, scan, {}).classes;
  }();
  ReceptiveFieldSettings settings = centres(4);
  settings.class_index = classes.data<std::int32_t>()[0];
  for (const std::int32_t row : measure_receptive_field(model_, scan, settings).centres)
    EXPECT_EQ(classes.data<std::int32_t>()[row], settings.class_index);
  const auto all = std::as_const(classes).span<std::int32_t>();
  for (settings.class_index = 1; std::count(all.begin(), all.end(), settings.class_index) > 0;)
    ++settings.class_index;
  const std::string index = std::to_string(settings.class_index);
  LSK3D_EXPECT_THROW(measure_receptive_field(model_, scan, settings), DataError, "scan.bin",
                     index.c_str(), "none");
}

TEST_F(ReceptiveFieldTest, LeavesNoGradientsBehindAndRefusesWhatIsWrong) {
  const LabelledScan scan = scan_of(tiny_scan(6).points);
  const ReceptiveField field = measure_receptive_field(model_, scan, centres(1));
  for (Parameter* p : model_.parameters()) EXPECT_FALSE(p->grad().defined()) << p->name;
  LSK3D_EXPECT_THROW(measure_receptive_field(model_, scan, centres(0)), UsageError, "--centres",
                     "1 to 64", "found 0");
  LSK3D_EXPECT_THROW(measure_receptive_field(model_, scan, centres(65)), UsageError, "--centres",
                     "1 to 64", "found 65");
  ReceptiveFieldSettings settings;
  settings.class_index = 20;
  LSK3D_EXPECT_THROW(measure_receptive_field(model_, scan, settings), UsageError, "19", "20");
  LSK3D_EXPECT_THROW(field.radius(1.5), UsageError, "0 to 1", "1.5");
  LSK3D_EXPECT_THROW(
      measure_receptive_field(model_, scan_of({500, 0, 0, 0, 600, 0, 0, 0}), centres(1)), DataError,
      "scan.bin", "inside the volume");
  Lsk3dNet zero(config_.model, config_.voxels, std::nullopt);
  LSK3D_EXPECT_THROW(measure_receptive_field(zero, scan, centres(1)), DataError, "scan.bin",
                     "gradient");
}

}  // namespace
}  // namespace lsk3d
