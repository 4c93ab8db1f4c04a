// SPDX-License-Identifier: MIT
// `data check` finds whatever training would refuse or leave out, and says it in words and as JSON.
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/expect.h"
#include "cli/process.h"
#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

namespace fs = std::filesystem;

constexpr int kPoints = 100;

class CliDataCheck : public ::testing::Test {
 protected:
  CliDataCheck() : folder_("cli_data_check"), root_(folder_ / "data") {
    write_tiny_dataset(root_, {{0, 3}, {8, 2}}, kPoints);
  }

  std::string sequence(const std::string& name) const { return root_ + "/sequences/" + name; }

  ProcessResult check(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"data", "check", root_, "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lsk3d(arguments);
  }
  /// The report in JSON, whatever the check says of it.
  nlohmann::json report(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"data", "stats", root_, "--json", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = lsk3d(arguments);
    EXPECT_TRUE(ok(result));
    return nlohmann::json::parse(result.out);
  }

  void expect_sound(const std::vector<std::string>& more = {}) const {
    const ProcessResult result = check(more);
    EXPECT_TRUE(ok(result)) << result.out;
    EXPECT_TRUE(contains(result.out, "no fault found")) << result.out;
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(report(more).at("ok"), true);
  }
  /// Exit code 3, one line that counts the fault and a report that names `file`.
  void expect_found(const std::string& count, const std::string& file,
                    const std::vector<std::string>& more = {}) const {
    const ProcessResult result = check(more);
    EXPECT_EQ(result.exit_code, 3);
    const std::string error = result.err.substr(std::min(result.err.find("lsk3d: error: "),
                                                         result.err.size()));
    EXPECT_TRUE(contains(error, root_) && contains(error, count) && error.ends_with("names them\n"))
        << result.err;
    EXPECT_TRUE(contains(result.out, file)) << result.out;
    EXPECT_FALSE(contains(result.out, "no fault")) << result.out;
    EXPECT_EQ(report(more).at("ok"), false);
  }

  ScratchFolder folder_;
  std::string root_;
};

TEST_F(CliDataCheck, ASoundDataSet) {
  expect_sound();
  expect_sound({"--config", tiny_config_path()});
  const auto json = report();
  EXPECT_EQ(json.at("scans"), 5);
  EXPECT_EQ(json.at("labelled_scans"), 5);
  EXPECT_EQ(json.at("points"), 5 * kPoints);
  EXPECT_EQ(json.at("sequences").size(), 2u);
  EXPECT_EQ(json.at("sequences")[1].at("scans"), 2);
  EXPECT_EQ(json.at("classes").size(), 20u);
  for (const char* key :
       {"root", "kind", "label_map", "empty_scans", "counted_points", "min_points", "max_points",
        "labelled_points", "invalid_points", "outside_points", "missing_sequences", "missing_labels",
        "scans_without_points", "scans_outside_volume", "uncounted_sequences", "unreadable_scans",
        "broken_labels", "unknown_labels"})
    EXPECT_TRUE(json.contains(key)) << key;
}

TEST_F(CliDataCheck, ALabelFileMissingAmongOthers) {
  fs::remove(sequence("00/labels/000001.label"));
  expect_found("1 missing label file", "00/labels/000001.label");
  EXPECT_EQ(report().at("missing_labels").size(), 1u);
}

TEST_F(CliDataCheck, LabelFilesThatDoNotFit) {
  write_text(sequence("00/labels/000001.label"), "12345678");
  write_text(sequence("08/labels/000001.label"), "123");
  expect_found("2 broken label files", "expected 100");
  EXPECT_EQ(report().at("broken_labels").size(), 2u);
}

TEST_F(CliDataCheck, ScansThatCannotBeRead) {
  write_text(sequence("00/velodyne/000000.bin"), "");
  write_text(sequence("00/velodyne/000001.bin"), "12345");
  write_text(sequence("08/velodyne/000005.pcd"), "no cloud at all");
  expect_found("3 unreadable scans", "00/velodyne/000000.bin");
  const ProcessResult result = check();
  EXPECT_TRUE(contains(result.out, "000001.bin") && contains(result.out, "000005.pcd"))
      << result.out;
}

TEST_F(CliDataCheck, ScansWithoutAUsablePoint) {
  TinyScan scan = tiny_scan(1, kPoints);
  for (float& value : scan.points) value = std::numeric_limits<float>::quiet_NaN();
  write_scan(sequence("08"), "000001", scan);
  expect_found("1 scan without a point", "08/velodyne/000001.bin");
}

TEST_F(CliDataCheck, ScansOutsideTheVolume) {
  TinyScan scan = tiny_scan(1, kPoints);
  for (float& value : scan.points) value *= 1000;  // millimetres
  write_scan(sequence("00"), "000002", scan);
  expect_found("1 scan outside the volume", "00/velodyne/000002.bin");
}

TEST_F(CliDataCheck, ATrainingSetWhereNoPointCounts) {
  for (const char* name : {"000000", "000001", "000002"})
    write_text(sequence("00/labels/") + name + ".label", std::string(4 * kPoints, '\0'));
  expect_found("1 sequence without a label that counts", "(all are class 0)");
  expect_found("1 sequence without a label that counts", "(all are class 0)",
               {"--split", "train", "--config", tiny_config_path()});
  expect_sound({"--sequences", "8"});
}

TEST_F(CliDataCheck, NoLabelsAtAll) {
  fs::remove_all(sequence("00/labels"));
  fs::remove_all(sequence("08/labels"));
  expect_found("no point with a label that counts", "predicted, not trained");
  write_scan(sequence("00"), "000000", tiny_scan(1, kPoints));
  expect_found("2 missing label files", "000001.label");
}

TEST_F(CliDataCheck, LinksThatLeadNowhere) {
  fs::create_symlink(folder_ / "gone.bin", sequence("00/velodyne/000003.bin"));
  expect_found("1 unreadable scan", "00/velodyne/000003.bin");
  fs::remove(sequence("00/velodyne/000003.bin"));
  fs::create_directories(sequence("03"));
  fs::create_symlink(folder_ / "gone", sequence("03/velodyne"));
  expect_found("1 unreadable scan", "03/velodyne: expected a folder of scans");
  fs::remove_all(sequence("03"));
  fs::create_symlink(folder_ / "gone", sequence("04"));
  expect_found("1 unreadable scan", "04: expected a folder of scans");
}

TEST_F(CliDataCheck, EndingsInCapitals) {
  fs::rename(sequence("00/velodyne/000001.bin"), sequence("00/velodyne/000001.BIN"));
  expect_sound();
  EXPECT_EQ(report().at("scans"), 5);
  write_text(sequence("00/velodyne/000001.BIN"), "12345");
  expect_found("1 unreadable scan", "000001.BIN");
}

TEST_F(CliDataCheck, SequencesOfAnyName) {
  for (const char* name : {"100", "00000", "city", "2024-05-01"})
    write_scan(sequence(name), "000000", tiny_scan(3, kPoints));
  expect_sound();
  EXPECT_EQ(report().at("sequences").size(), 6u);
  EXPECT_EQ(report({"--sequences", "city,100,2024-05-01"}).at("scans"), 3);
  const ProcessResult both = check({"--sequences", "0"});
  EXPECT_TRUE(fails(both, 2, {"sequence 0", "both 00 and 00000", "full name"}));
  write_text(sequence("city/velodyne/000001.bin"), "12345");
  expect_found("1 unreadable scan", "city/velodyne/000001.bin", {"--sequences", "city"});
  expect_found("1 missing sequence", "sequences that are not there", {"--sequences", "00,village"});
}

TEST_F(CliDataCheck, IdsThatLookLikeTrainingClasses) {
  TinyScan scan = tiny_scan(3, kPoints);
  for (std::size_t i = 0; i < scan.labels.size(); ++i) scan.labels[i] = i % 6;
  for (const char* name : {"000000", "000001", "000002"}) write_scan(sequence("00"), name, scan);
  expect_found("4 unknown label ids", "raw id 2:", {"--sequences", "00"});
  EXPECT_TRUE(contains(check({"--sequences", "00"}).out, "from 0 to 5: training classes"));
  EXPECT_TRUE(contains(check({"--sequences", "00"}).out, "--label-map FILE"));
  // Ids 0 and 1 are known, yet mean nothing that counts.
  for (std::size_t i = 0; i < scan.labels.size(); ++i) scan.labels[i] = i % 2;
  for (const char* name : {"000000", "000001", "000002"}) write_scan(sequence("00"), name, scan);
  expect_found("1 sequence without a label that counts", "from 0 to 1: training classes",
               {"--sequences", "00"});
  write_text(folder_ / "two.yaml",
             "classes:\n  - {name: unlabeled, raw: 0}\n  - {name: ground, raw: 1}\nraw: {0: 0, 1: 1}\n");
  expect_sound({"--sequences", "00", "--label-map", folder_ / "two.yaml"});
}

TEST_F(CliDataCheck, HiddenFilesAreNoScans) {
  const std::string fork("\0\5\26\7\0\2\0\0Mac OS X        \0\2", 26);
  for (const char* name : {"00", "08"}) {
    write_text(sequence(name) + "/velodyne/._000000.bin", fork);
    write_text(sequence(name) + "/labels/._000000.label", fork);
  }
  write_text(root_ + "/sequences/._00", fork);
  write_text(sequence(".trash/velodyne/000000.bin"), "12345");
  expect_sound();
  EXPECT_EQ(report().at("scans"), 5);
  const ProcessResult trained =
      lsk3d({"train", "--config", tiny_config_path(), "--data", root_, "--out", folder_ / "run",
             "--set", "train.epochs=1", "--set", "train.batch_size=1"});
  ASSERT_TRUE(ok(trained));
  EXPECT_FALSE(contains(trained.err + trained.out, "._")) << trained.err;
  EXPECT_TRUE(contains(trained.out, "trained 3 steps")) << trained.out;
  ASSERT_TRUE(ok(lsk3d({"predict", "--checkpoint", folder_ / "run/last.safetensors", "--data", root_,
                        "--split", "valid", "--out", folder_ / "predictions", "--quiet"})));
  const fs::path predictions = folder_ / "predictions/sequences/08/predictions";
  EXPECT_EQ(std::distance(fs::directory_iterator(predictions), fs::directory_iterator()), 2);
  EXPECT_FALSE(fs::exists(predictions / "._000000.label"));
}

/// Scans of one point, as many as the benchmark's test split has.
TEST_F(CliDataCheck, HowMuchOfTheBenchmarkIsThere) {
  fs::remove_all(root_);
  const int counts[] = {921, 1061, 3281, 631, 1901, 1731, 491, 1801, 4981, 831, 2721};
  const float point[] = {5, 5, -1, 0.5f};
  for (int s = 0; s < 11; ++s)
    for (int i = 0; i < counts[s]; ++i) {
      char name[64];
      std::snprintf(name, sizeof name, "%d/velodyne/%06d.bin", 11 + s, i);
      write_bytes(sequence(name), point, sizeof point);
    }
  expect_sound({"--split", "test"});
  const ProcessResult whole = check({"--split", "test"});
  EXPECT_TRUE(contains(whole.out, "all 20351 scans that SemanticKITTI has")) << whole.out;
  EXPECT_FALSE(contains(whole.out, "missing")) << whole.out;

  fs::remove(sequence("13/velodyne/000007.bin"));
  fs::remove(sequence("21/velodyne/002720.bin"));
  const ProcessResult less = check({"--split", "test"});
  EXPECT_TRUE(contains(less.out, "13 3280 of 3281, 21 2720 of 2721")) << less.out;
  EXPECT_TRUE(contains(less.out, "of the benchmark's 20351 test scans 2 are missing")) << less.out;

  fs::remove_all(sequence("15"));
  expect_found("1 missing sequence", "1903 are missing", {"--split", "test"});
  // The same of simulated streets, which only have the benchmark's numbers.
  write_text(root_ + "/streets.txt", "simulated");
  EXPECT_FALSE(contains(check({"--split", "test"}).out, "benchmark"));
}

}  // namespace
}  // namespace lsk3d::testing_support
