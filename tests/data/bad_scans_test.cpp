// SPDX-License-Identifier: MIT
#include "lsk3d/data/bad_scans.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <thread>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using namespace testing_support;

TinyScan moved(TinyScan scan, float by) {
  for (std::size_t i = 0; i < scan.points.size(); i += 4) scan.points[i] += by;
  return scan;
}

/// A sequence of one scan of each kind that cannot be used, and of one that can.
class BadScansTest : public ::testing::Test {
 protected:
  BadScansTest() : root_("bad_scans") {
    const std::string folder = root_ / "sequences/00";
    const TinyScan good = tiny_scan(1, 20);
    for (const char* name : {"0_good", "1_cut", "2_no_label", "3_short_label", "4_unknown_id",
                             "5_not_finite", "6_outside"})
      write_scan(folder, name, good);
    write_text(folder + "/velodyne/1_cut.bin", "cut");
    std::filesystem::remove(folder + "/labels/2_no_label.label");
    write_text(folder + "/labels/3_short_label.label", "1234");
    TinyScan unknown = good;
    unknown.labels[3] = 7777;
    write_scan(folder, "4_unknown_id", unknown);
    write_scan(folder, "5_not_finite", moved(good, std::numeric_limits<float>::quiet_NaN()));
    write_scan(folder, "6_outside", moved(good, 500));
    std::filesystem::create_symlink("/no/such/file", folder + "/velodyne/7_dangling.bin");
    write_text(folder + "/labels/7_dangling.label", "");
  }
  SemanticKittiDataset data(bool skip_bad) const {
    return {root_.path(), {"0"}, load_label_map("semantic_kitti"), {true, skip_bad, {}}};
  }
  ScratchFolder root_;
};

std::vector<std::string> usable(const SemanticKittiDataset& data, BadScans& bad,
                                const VoxelSettings* volume) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < data.size(); ++i)
    if (read_usable(data, i, bad, volume)) names.push_back(data.entries()[i].name);
  return names;
}

TEST_F(BadScansTest, EveryKindIsLeftOutWithItsReason) {
  const SemanticKittiDataset set = data(true);
  const VoxelSettings volume;
  BadScans bad(set);
  EXPECT_EQ(usable(set, bad, &volume), std::vector<std::string>{"0_good"});
  const std::vector<std::pair<std::string, std::string>> expected{
      {"1_cut.bin", "3 bytes"},
      {"2_no_label.bin", "no such label file"},
      {"3_short_label.bin", "expected 20 labels"},
      {"4_unknown_id.bin", "raw label 7777"},
      {"5_not_finite.bin", "finite position"},
      {"6_outside.bin", "inside the volume"},
      {"7_dangling.bin", "7_dangling.bin"}};
  const auto reasons = bad.reasons();
  ASSERT_EQ(reasons.size(), expected.size());
  std::size_t i = 0;
  for (const auto& [path, reason] : reasons) {
    EXPECT_TRUE(path.ends_with(expected[i].first)) << path;
    EXPECT_NE(reason.find(expected[i++].second), std::string::npos) << reason;
  }
}

TEST_F(BadScansTest, PredictionTakesScansOutsideTheVolume) {
  const SemanticKittiDataset set = data(true);
  BadScans bad(set);
  EXPECT_EQ(usable(set, bad, nullptr), (std::vector<std::string>{"0_good", "6_outside"}));
}

TEST_F(BadScansTest, WhereNoneMayBeLeftOutTheFirstIsAnError) {
  std::filesystem::remove(root_ / "sequences/00/velodyne/2_no_label.bin");
  const SemanticKittiDataset set = data(false);
  BadScans bad(set);
  const VoxelSettings volume;
  const std::vector<std::string> parts{"1_cut",        "3_short_label", "4_unknown_id",
                                       "5_not_finite", "6_outside",     "7_dangling"};
  ASSERT_EQ(set.size(), parts.size() + 1);
  for (std::size_t i = 0; i < parts.size(); ++i)
    expect_error<DataError>([&] { read_usable(set, i + 1, bad, &volume); }, {parts[i]});
  EXPECT_EQ(bad.size(), 0u);
}

TEST_F(BadScansTest, NamesEachOnceAndCountsThemWhateverTheThreads) {
  const SemanticKittiDataset set = data(true);
  BadScans bad(set);
  const VoxelSettings volume;
  ::testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { usable(set, bad, &volume); });
  for (auto& thread : threads) thread.join();
  const std::string log = ::testing::internal::GetCapturedStderr();
  std::size_t warnings = 0;
  for (std::size_t at = 0; (at = log.find("this scan is left out", at)) != std::string::npos; ++at)
    ++warnings;
  EXPECT_EQ(warnings, 6u) << log;  // the one without a label file was named by the data set
  const std::string text = bad.summary(8);
  EXPECT_EQ(text.find("7 of 8 scans left out: "), 0u) << text;
  EXPECT_NE(text.find("1_cut.bin"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(" and 2 more")) << text;
  EXPECT_EQ(BadScans().summary(8), "");
}

TEST_F(BadScansTest, ClassPointsAreCountedInWhatCanBeRead) {
  const SemanticKittiDataset set = data(true);
  BadScans bad(set);
  const std::vector<double> counts = set.class_points(&bad);
  double points = 0;
  for (double count : counts) points += count;
  EXPECT_EQ(points, 20 * 4);  // the scans themselves are not read
  EXPECT_EQ(bad.size(), 3u);
  expect_error<DataError>([&] { set.class_points(); }, {".label: point"});
}

}  // namespace
}  // namespace lsk3d
