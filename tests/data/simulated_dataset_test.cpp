// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "expect_error.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/data/scan_statistics.h"
#include "lsk3d/data/simulator/simulated_dataset.h"
#include "lsk3d/data/simulator/street_simulator.h"
#include "lsk3d/io/file.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

namespace fs = std::filesystem;

class SimulatedDataset : public testing::Test {
 protected:
  SimulatedDataset() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    dir_ = fs::temp_directory_path() /
           ("lsk3d_synth_" + std::string(test->name()) + std::to_string(::getpid()));
    fs::remove_all(dir_);
    settings_.seed = 3;
    settings_.beams = 16;
    settings_.columns = 120;
    settings_.sequences = {{0, 3}, {8, 2}};
  }
  ~SimulatedDataset() override { fs::remove_all(dir_); }

  std::string path(const std::string& name) const { return (dir_ / name).string(); }

  fs::path dir_;
  SimulatorSettings settings_;
};

/// Numbers of each line, without a "name:" in front.
std::vector<std::vector<double>> number_rows(const std::string& text) {
  std::vector<std::vector<double>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    std::istringstream numbers(colon == std::string::npos ? line : line.substr(colon + 1));
    rows.emplace_back();
    for (double v; numbers >> v;) rows.back().push_back(v);
  }
  return rows;
}

TEST(ParseSimulatedSequences, ReadsPairsAndNamesWhatIsWrong) {
  const std::vector<std::pair<int, int>> expected{{0, 20}, {8, 4}};
  EXPECT_EQ(parse_simulated_sequences("00:20,08:4"), expected);
  EXPECT_EQ(parse_simulated_sequences("99:100000"),
            (std::vector<std::pair<int, int>>{{99, 100000}}));
  expect_error<UsageError>([] { parse_simulated_sequences(""); }, {"sequences", "nothing"});
  expect_error<UsageError>([] { parse_simulated_sequences("00:20,"); }, {"sequences", "''"});
  expect_error<UsageError>([] { parse_simulated_sequences("00:20,08"); }, {"'08'", "':'"});
  expect_error<UsageError>([] { parse_simulated_sequences("00:20,x8:4"); }, {"'x8:4'", "'x8'"});
  expect_error<UsageError>([] { parse_simulated_sequences("100:4"); }, {"'100:4'", "0 to 99"});
  expect_error<UsageError>([] { parse_simulated_sequences("1:0"); }, {"'1:0'", "scans"});
  expect_error<UsageError>([] { parse_simulated_sequences("1:99999999999"); }, {"'1:99999999999'"});
  expect_error<UsageError>([] { parse_simulated_sequences("1:-3"); }, {"'-3'"});
  expect_error<UsageError>([] { parse_simulated_sequences("1:3,01:4"); }, {"'01:4'", "twice"});
}

TEST_F(SimulatedDataset, IsReadAsSemanticKitti) {
  std::int64_t calls = 0;
  write_simulated_dataset(settings_, dir_.string(), [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(done, ++calls);
    EXPECT_EQ(total, 5);
  });
  EXPECT_EQ(calls, 5);
  const SemanticKittiDataset dataset(dir_.string(), {"0", "8"}, load_label_map("semantic_kitti"), {});
  ASSERT_EQ(dataset.size(), 5u);
  const LabelledScan read = dataset.read(4);
  const SimulatedScan direct = StreetSimulator(3, 8, 16, 120).scan(1);
  ASSERT_EQ(read.scan.points.shape(), direct.points.shape());
  EXPECT_EQ(std::memcmp(read.scan.points.raw(), direct.points.raw(), direct.points.bytes()), 0);
  EXPECT_EQ(std::memcmp(read.raw_labels.raw(), direct.labels.raw(), direct.labels.bytes()), 0);
}

// Calibration and poses must take a scan into the first scan's camera frame as the simulator's own
// poses do through the world.
TEST_F(SimulatedDataset, PosesAgreeWithTheCalibration) {
  write_simulated_dataset(settings_, dir_.string());
  const auto calibration = number_rows(read_text_file(path("sequences/00/calib.txt")));
  const auto poses = number_rows(read_text_file(path("sequences/00/poses.txt")));
  ASSERT_EQ(calibration.size(), 5u);
  ASSERT_EQ(poses.size(), 3u);
  EXPECT_EQ(number_rows(read_text_file(path("sequences/00/times.txt"))).size(), 3u);
  const std::vector<double>& tr = calibration[4];
  const auto apply = [](const auto& m, std::array<double, 3> v) {
    std::array<double, 3> r{};
    for (std::size_t i = 0; i < 3; ++i)
      r[i] = m[4 * i] * v[0] + m[4 * i + 1] * v[1] + m[4 * i + 2] * v[2] + m[4 * i + 3];
    return r;
  };
  const StreetSimulator street(3, 0, 16, 120);
  const std::array<double, 3> point{7.5, -2.25, 0.75};
  for (std::size_t scan = 0; scan < 3; ++scan) {
    ASSERT_EQ(poses[scan].size(), 12u);
    const auto world = apply(street.pose(static_cast<int>(scan)), point);
    const auto first = street.pose(0);
    std::array<double, 3> in_first{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        in_first[i] += first[4 * k + i] * (world[k] - first[4 * k + 3]);
    const auto expected = apply(tr, in_first), found = apply(poses[scan], apply(tr, point));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], expected[i], 1e-5) << scan;
  }
  EXPECT_NEAR(poses[0][0], 1, 1e-6);
  EXPECT_NEAR(poses[0][3], 0, 1e-6);
  EXPECT_GT(poses[2][11], 5.0);  // ahead is the camera's z
}

TEST_F(SimulatedDataset, GoesOnWhereItStopped) {
  struct Stop {};
  EXPECT_THROW(write_simulated_dataset(settings_, dir_.string(),
                                       [](std::int64_t done, std::int64_t) {
                                         if (done == 2) throw Stop{};
                                       }),
               Stop);
  EXPECT_FALSE(fs::exists(path("sequences/00/velodyne/000002.bin")));
  // What a killed process leaves: half a temporary, a scan without its labels.
  std::ofstream(path("sequences/00/velodyne/000002.bin.tmp.77.0")) << "half";
  fs::remove(path("sequences/00/labels/000001.label"));
  const auto kept = fs::last_write_time(path("sequences/00/velodyne/000000.bin"));
  write_simulated_dataset(settings_, dir_.string());
  EXPECT_EQ(fs::last_write_time(path("sequences/00/velodyne/000000.bin")), kept);
  EXPECT_FALSE(fs::exists(path("sequences/00/velodyne/000002.bin.tmp.77.0")));
  EXPECT_TRUE(fs::exists(path("sequences/00/labels/000001.label")));
  SimulatorSettings raised = settings_;
  raised.sequences = {{0, 1}};
  raised.mount = {.fov_up = 10, .fov_down = -30, .height = 3};
  write_simulated_dataset(raised, dir_.string() + "_raised");
  const Scan high = read_scan(dir_.string() + "_raised/sequences/00/velodyne/000000.bin");
  fs::remove_all(dir_.string() + "_raised");
  const ScanStatistics found = measure_scan(high, {});
  EXPECT_NEAR(found.ground, -3, 0.3);  // the options act, and not on what the folder says alone
  EXPECT_EQ(
      SemanticKittiDataset(dir_.string(), {"0", "8"}, load_label_map("semantic_kitti"), DatasetOptions{}).size(),
      5u);
}

TEST_F(SimulatedDataset, LeavesForeignFoldersAlone) {
  fs::create_directories(dir_);
  std::ofstream(path("thesis.tex")) << "mine";
  expect_error<UsageError>([&] { write_simulated_dataset(settings_, dir_.string()); },
                           {dir_.string(), "thesis.tex"});
  EXPECT_FALSE(fs::exists(path("sequences")));
  fs::remove(path("thesis.tex"));
  // A real data set has our names but not our marker.
  fs::create_directories(path("sequences/00/velodyne"));
  std::ofstream(path("sequences/00/velodyne/000000.bin")) << "0123456789abcdef";
  expect_error<UsageError>([&] { write_simulated_dataset(settings_, dir_.string()); },
                           {dir_.string(), "streets.txt"});
  EXPECT_EQ(fs::file_size(path("sequences/00/velodyne/000000.bin")), 16u);
}

TEST_F(SimulatedDataset, RefusesOtherSettings) {
  write_simulated_dataset(settings_, dir_.string());
  SimulatorSettings other = settings_;
  other.seed = 4;
  expect_error<UsageError>([&] { write_simulated_dataset(other, dir_.string()); },
                           {dir_.string(), "other settings"});
  other = settings_;
  other.sequences = {{0, 1}};
  EXPECT_THROW(write_simulated_dataset(other, dir_.string()), UsageError);
  std::ofstream(path("sequences/00/notes.txt")) << "mine";
  expect_error<UsageError>([&] { write_simulated_dataset(settings_, dir_.string()); },
                           {"sequences/00/notes.txt"});
  expect_error<UsageError>([&] { write_simulated_dataset(settings_, path("streets.txt")); },
                           {"streets.txt", "file"});
}

TEST_F(SimulatedDataset, RefusesBadSettingsBeforeItTouchesAnything) {
  SimulatorSettings bad = settings_;
  bad.beams = 0;
  expect_error<UsageError>([&] { write_simulated_dataset(bad, dir_.string()); }, {"beams", "0"});
  bad = settings_;
  bad.sequences = {{0, 1}, {0, 2}};
  expect_error<UsageError>([&] { write_simulated_dataset(bad, dir_.string()); }, {"00", "twice"});
  bad.sequences = {};
  expect_error<UsageError>([&] { write_simulated_dataset(bad, dir_.string()); }, {"sequences"});
  bad.sequences = {{100, 1}};
  expect_error<UsageError>([&] { write_simulated_dataset(bad, dir_.string()); }, {"100"});
  EXPECT_FALSE(fs::exists(dir_));
}

}  // namespace
}  // namespace lsk3d
