// SPDX-License-Identifier: MIT
#include "lsk3d/data/data_report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <numeric>

#include "lsk3d/data/benchmark_scans.h"
#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using namespace testing_support;

LabelMap labels() { return load_label_map("semantic_kitti"); }

TEST(DataReport, CountsASoundDataSet) {
  const ScratchFolder root("report");
  write_tiny_dataset(root.path(), {{0, 2}, {8, 1}}, 300);
  std::int64_t calls = 0;
  CheckSettings settings;
  settings.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(done, ++calls);
    EXPECT_EQ(total, 3);
  };
  const DataReport report = check_dataset(root.path(), {}, labels(), settings);
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(report.scans, 3);
  EXPECT_EQ(report.labelled_scans, 3);
  EXPECT_EQ(report.points, 900);
  EXPECT_EQ(report.labelled_points, 900);
  EXPECT_EQ(report.min_points, 300);
  EXPECT_EQ(
      std::accumulate(report.class_points.begin(), report.class_points.end(), std::int64_t{0}),
      900);
  ASSERT_EQ(report.sequences.size(), 2u);
  EXPECT_EQ(report.sequences[0].scans, 2);
  EXPECT_EQ(report.sequences[1].points, 300);
  EXPECT_EQ(report.class_scans[9], 3);
  std::int64_t outside = 0;  // tiny scans leave the volume along x only
  for (const std::uint64_t seed : {0, 1, 800}) {
    const TinyScan scan = tiny_scan(seed, 300);
    for (std::size_t i = 0; i < scan.points.size(); i += 4) outside += scan.points[i] >= 50;
  }
  EXPECT_GT(outside, 0);
  EXPECT_EQ(report.outside_points, outside);
  EXPECT_NEAR(report.outside_share(), static_cast<double>(outside) / 900, 1e-12);
  const std::string text = to_text(report);
  EXPECT_NE(text.find("no fault found"), std::string::npos);
  EXPECT_NE(text.find("vegetation"), std::string::npos);
}

TEST(DataReport, NotesEveryKindOfFault) {
  const ScratchFolder root("report_faults");
  write_tiny_dataset(root.path(), {{0, 6}}, 100);
  const std::string base = root / "sequences/00";
  TinyScan scan = tiny_scan(1, 100);
  scan.points[5] = std::numeric_limits<float>::quiet_NaN();
  scan.labels[7] = scan.labels[8] = 77;
  write_scan(base, "000000", scan);
  std::filesystem::remove(base + "/labels/000001.label");
  scan.labels.pop_back();
  write_bytes(base + "/labels/000002.label", scan.labels.data(), scan.labels.size() * 4);
  write_text(base + "/velodyne/000003.bin", "");
  write_text(base + "/velodyne/000004.bin", std::string(17, 'x'));
  TinyScan invalid = tiny_scan(1, 2);
  for (float& v : invalid.points) v = std::numeric_limits<float>::infinity();
  write_scan(base, "000005", invalid);
  const DataReport report = check_dataset(root.path(), {"0", "4"}, labels());
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.missing_sequences, std::vector<std::string>{"4"});
  EXPECT_EQ(report.scans, 6);
  EXPECT_EQ(report.labelled_scans, 2);
  EXPECT_EQ(report.invalid_points, 3);
  EXPECT_EQ(report.empty_scans, 1);
  ASSERT_EQ(report.missing_labels.size(), 1u);
  EXPECT_NE(report.missing_labels[0].find("000001.label"), std::string::npos);
  ASSERT_EQ(report.broken_labels.size(), 1u);
  EXPECT_NE(report.broken_labels[0].what.find("expected 100"), std::string::npos);
  ASSERT_EQ(report.unreadable_scans.size(), 2u);
  EXPECT_NE(report.unreadable_scans[0].path.find("000003.bin"), std::string::npos);
  ASSERT_EQ(report.unknown_labels.size(), 1u);
  EXPECT_EQ(report.unknown_labels.at(77).points, 2);
  EXPECT_NE(report.unknown_labels.at(77).first_path.find("000000.label"), std::string::npos);
  const std::string text = to_text(report, 1);
  for (const char* part :
       {"000001.label", "raw id 77", "000003.bin", "… and 1 more", "expected 100", "infinite"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_EQ(text.find("no fault"), std::string::npos);
}

TEST(DataReport, FindsWhatTrainingWouldLeaveOut) {
  const ScratchFolder root("report_left_out");
  write_tiny_dataset(root.path(), {{0, 3}, {11, 2}}, 50);
  std::filesystem::remove_all(root / "sequences/11/labels");
  EXPECT_TRUE(check_dataset(root.path(), {}, labels()).ok());
  std::filesystem::remove(root / "sequences/00/labels/000001.label");
  const DataReport missing = check_dataset(root.path(), {}, labels());
  EXPECT_FALSE(missing.ok());
  EXPECT_EQ(missing.missing_among_others(), 1);

  TinyScan invalid = tiny_scan(1, 50);
  for (float& v : invalid.points) v = std::numeric_limits<float>::quiet_NaN();
  write_scan(root / "sequences/00", "000001", invalid);
  const DataReport empty = check_dataset(root.path(), {}, labels());
  EXPECT_FALSE(empty.ok());
  ASSERT_EQ(empty.empty_paths.size(), 1u);
  EXPECT_NE(to_text(empty).find("000001.bin"), std::string::npos);
}

TEST(DataReport, LabelsThatNeverCountAreAFault) {
  const ScratchFolder root("report_ids");
  TinyScan scan = tiny_scan(1, 50);
  for (std::size_t i = 0; i < scan.labels.size(); ++i) scan.labels[i] = i % 2;
  write_scan(root / "sequences/00", "000000", scan);
  const DataReport report = check_dataset(root.path(), {}, labels());
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.counted_points(), 0);
  EXPECT_NE(to_text(report).find("--label-map"), std::string::npos) << to_text(report);
  EXPECT_NE(to_text(report).find("0 to 1"), std::string::npos);
}

TEST(DataReport, KnowsTheScansOfTheBenchmark) {
  std::int64_t test = 0, all = 0;
  for (int s = 0; s <= 22; ++s) {
    const std::string name = (s < 10 ? "0" : "") + std::to_string(s);
    all += benchmark_scans(name);
    if (s >= 11) test += benchmark_scans(name);
  }
  EXPECT_EQ(test, 20351);
  EXPECT_EQ(all, 43552);
  EXPECT_EQ(benchmark_scans("8"), 0);
  const ScratchFolder root("report_benchmark");
  write_tiny_dataset(root.path(), {{11, 2}, {12, 1}}, 20);
  const std::string text = to_text(check_dataset(root.path(), {}, labels()));
  EXPECT_NE(text.find("11 2 of 921, 12 1 of 1061"), std::string::npos) << text;
  EXPECT_NE(text.find("20351"), std::string::npos);
  write_text(root / "streets.txt", "simulated");
  EXPECT_EQ(to_text(check_dataset(root.path(), {}, labels())).find("921"), std::string::npos);
}

TEST(DataReport, UnlabelledSequenceIsNotFitForTraining) {
  const ScratchFolder root("report_test");
  write_tiny_dataset(root.path(), {{11, 2}}, 50);
  std::filesystem::remove_all(root / "sequences/11/labels");
  const DataReport report = check_dataset(root.path(), {}, labels());
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.missing_labels.size(), 2u);
  EXPECT_NE(to_text(report).find("predicted, not trained"), std::string::npos);
}

TEST(DataReport, NoDataSetAtAll) {
  const ScratchFolder root("report_none");
  expect_error<DataError>([&] { check_dataset(root / "nowhere", {}, labels()); }, {"nowhere"});
  std::filesystem::create_directories(root / "sequences");
  const DataReport report = check_dataset(root.path(), {}, labels());
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.scans, 0);
  EXPECT_FALSE(to_text(report).empty());
}

TEST(DataReport, RealScans) {
  LSK3D_REQUIRE_SHARED(shared);
  const DataReport report = check_dataset(shared + "/data/semantickitti", {}, labels());
  EXPECT_TRUE(report.ok()) << to_text(report);
  EXPECT_EQ(report.scans, 16);
  EXPECT_GT(report.outside_share(), 0.005);
  EXPECT_LT(report.outside_share(), 0.1);
}

}  // namespace
}  // namespace lsk3d
