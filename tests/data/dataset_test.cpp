// SPDX-License-Identifier: MIT
#include "lsk3d/data/dataset.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <limits>
#include <numeric>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using namespace testing_support;
namespace fs = std::filesystem;

LabelMap labels() { return load_label_map("semantic_kitti"); }

TEST(Dataset, ListsScansInOrder) {
  const ScratchFolder root("dataset");
  write_tiny_dataset(root.path(), {{0, 2}, {8, 1}}, 20);
  for (const std::string& path : {root.path(), root / "sequences", root / "sequences/"}) {
    const SemanticKittiDataset dataset(path, {"8", "0"}, labels(), {});
    ASSERT_EQ(dataset.size(), 3u);
    EXPECT_EQ(dataset.entries()[0].sequence, "08");
    EXPECT_EQ(dataset.entries()[2].sequence, "00");
    EXPECT_EQ(dataset.entries()[2].name, "000001");
    EXPECT_EQ(list_sequences(path), (std::vector<std::string>{"00", "08"}));
  }
}

TEST(Dataset, ReadsPointsAndClasses) {
  const ScratchFolder root("dataset_read");
  write_tiny_dataset(root.path(), {{0, 1}}, 50);
  const LabelledScan scan = SemanticKittiDataset(root.path(), {"0"}, labels(), {}).read(0);
  const TinyScan expected = tiny_scan(0, 50);
  ASSERT_EQ(scan.classes.dim(0), 50);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(scan.raw_labels.data<std::int32_t>()[i],
              static_cast<std::int32_t>(expected.labels[i]));
    EXPECT_EQ(scan.classes.data<std::int32_t>()[i],
              labels().to_class.at(static_cast<std::int32_t>(expected.labels[i] & 0xFFFF)));
  }
}

TEST(Dataset, CountsThePointsOfEachClass) {
  const ScratchFolder root("dataset_counts");
  write_tiny_dataset(root.path(), {{0, 2}, {8, 1}}, 50);
  const SemanticKittiDataset dataset(root.path(), {"0", "8"}, labels(), {});
  std::vector<double> expected(20, 0);
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const LabelledScan scan = dataset.read(i);
    for (const std::int32_t c : scan.classes.span<std::int32_t>())
      ++expected[static_cast<std::size_t>(c)];
  }
  EXPECT_EQ(dataset.class_points(), expected);
  EXPECT_EQ(std::accumulate(expected.begin(), expected.end(), 0.0), 150);
  EXPECT_EQ(SemanticKittiDataset(root.path(), {}, labels(), {}).class_points(),
            std::vector<double>(20, 0));
  write_text(root / "sequences/00/labels/000001.label", "\x17\x27\0\0");
  expect_error<DataError>([&] { dataset.class_points(); }, {"00/labels/000001.label"});
}

TEST(Dataset, LabelsFollowDroppedPoints) {
  const ScratchFolder root("dataset_nan");
  TinyScan scan = tiny_scan(1, 10);
  scan.points[4 * 3] = std::numeric_limits<float>::quiet_NaN();
  write_scan(root / "sequences/00", "000000", scan);
  const LabelledScan read = SemanticKittiDataset(root.path(), {"0"}, labels(), {}).read(0);
  ASSERT_EQ(read.raw_labels.dim(0), 9);
  EXPECT_EQ(read.raw_labels.data<std::int32_t>()[2], static_cast<std::int32_t>(scan.labels[2]));
  EXPECT_EQ(read.raw_labels.data<std::int32_t>()[3], static_cast<std::int32_t>(scan.labels[4]));
}

TEST(Dataset, LabelsAreNotReadUnlessNeeded) {
  const ScratchFolder root("dataset_unlabelled");
  write_tiny_dataset(root.path(), {{0, 2}}, 20);
  fs::remove(root / "sequences/00/labels/000001.label");
  write_text(root / "sequences/00/labels/000000.label", "junk!");
  const SemanticKittiDataset dataset(root.path(), {"0"}, labels(), {false, false, {}});
  ASSERT_EQ(dataset.size(), 2u);
  EXPECT_FALSE(dataset.read(0).classes.defined());
  EXPECT_FALSE(dataset.read(1).classes.defined());
}

TEST(Dataset, MissingThingsAreNamed) {
  const ScratchFolder root("dataset_missing");
  auto open = [&](const std::string& path, const std::vector<std::string>& sequences,
                  bool need = true) {
    return [=] { SemanticKittiDataset(path, sequences, labels(), {need, false, {}}); };
  };
  expect_error<DataError>(open(root / "nowhere", {"0"}), {"nowhere", "no such folder"});
  expect_error<UsageError>(open("", {"0"}), {"data folder", "--data"});
  expect_error<DataError>(open(root.path(), {"0"}), {root.path(), "sequences", "empty folder"});
  write_text(root / "notes.txt", "x");
  expect_error<DataError>(open(root.path(), {"0"}), {"notes.txt"});
  expect_error<DataError>(open(root / "notes.txt", {"0"}), {"notes.txt", "found a file"});
  write_tiny_dataset(root.path(), {{3, 2}}, 20);
  expect_error<DataError>(open(root.path(), {"0", "1"}), {"sequence 0, 1", "found 03"});
  EXPECT_NO_THROW(open(root.path(), {"0", "3"})());  // a warning names 00
  fs::create_directories(root / "sequences/04");
  write_text(root / "sequences/04/calib.txt", "x");
  expect_error<DataError>(open(root.path(), {"4"}), {"04/velodyne", "calib.txt"});
  fs::remove(root / "sequences/03/labels/000001.label");
  expect_error<DataError>(open(root.path(), {"3"}), {"03/labels/000001.label", "1 of 2"});
  EXPECT_NO_THROW(open(root.path(), {"3"}, false)());
  fs::create_directories(root / "sequences/05/velodyne");
  expect_error<DataError>(open(root.path(), {"5"}), {"hold no scan"});
}

TEST(Dataset, CountMismatchAndUnknownIdNameTheFile) {
  const ScratchFolder root("dataset_mismatch");
  TinyScan scan = tiny_scan(1, 10);
  scan.labels.pop_back();
  write_scan(root / "sequences/00", "000000", scan);
  scan.labels.assign(10, 40);
  scan.labels[4] = 12;
  write_scan(root / "sequences/00", "000001", scan);
  const SemanticKittiDataset dataset(root.path(), {"0"}, labels(), {});
  expect_error<DataError>([&] { dataset.read(0); }, {"000000.label", "expected 10", "found 9"});
  expect_error<DataError>([&] { dataset.read(1); }, {"000001.label", "raw label 12"});
}

TEST(Dataset, AnyFolderIsASequenceAndHiddenFilesAreNoScans) {
  const ScratchFolder root("dataset_names");
  write_tiny_dataset(root.path(), {{0, 1}}, 20);
  for (const char* name : {"100", "00007", "city_3"})
    fs::copy(root / "sequences/00", root / ("sequences/" + std::string(name)),
             fs::copy_options::recursive);
  fs::copy(root / "sequences/00", root / "sequences/.trash", fs::copy_options::recursive);
  write_text(root / "sequences/00/velodyne/._000000.bin", "Mac OS X");
  ASSERT_EQ(::mkfifo((root / "sequences/00/velodyne/pipe.bin").c_str(), 0600), 0);
  fs::rename(root / "sequences/100/velodyne/000000.bin", root / "sequences/100/velodyne/000000.BIN");
  using Names = std::vector<std::string>;
  EXPECT_EQ(list_sequences(root.path()), (Names{"00", "00007", "100", "city_3"}));
  const SemanticKittiDataset dataset(root.path(), {"city_3", "7", "0", "100"}, labels(), {});
  ASSERT_EQ(dataset.size(), 4u);
  Names found;
  for (const auto& entry : dataset.entries()) found.push_back(entry.sequence + "/" + entry.name);
  EXPECT_EQ(found, (Names{"city_3/000000", "00007/000000", "00/000000", "100/000000"}));
}

TEST(Dataset, ALinkThatLeadsNowhereIsAScanThatCannotBeRead) {
  const ScratchFolder root("dataset_link");
  write_tiny_dataset(root.path(), {{0, 1}}, 20);
  fs::create_symlink("/no/such/file.bin", root / "sequences/00/velodyne/000001.bin");
  const SemanticKittiDataset dataset(root.path(), {"0"}, labels(), {false, false, {}});
  ASSERT_EQ(dataset.size(), 2u);
  expect_error<DataError>([&] { dataset.read(1); }, {"000001.bin"});
}

TEST(Dataset, ScansWithoutLabelsAreLeftOutWhereAskedFor) {
  const ScratchFolder root("dataset_skip");
  write_tiny_dataset(root.path(), {{0, 3}}, 20);
  fs::remove(root / "sequences/00/labels/000001.label");
  const SemanticKittiDataset dataset(root.path(), {"0"}, labels(), {true, true, {}});
  ASSERT_EQ(dataset.size(), 2u);
  EXPECT_EQ(dataset.entries()[1].name, "000002");
  ASSERT_EQ(dataset.without_labels().size(), 1u);
  EXPECT_EQ(dataset.without_labels()[0].name, "000001");
  fs::remove_all(root / "sequences/00/labels");
  expect_error<DataError>([&] { SemanticKittiDataset(root.path(), {"0"}, labels(), {true, true, {}}); },
                          {"000000.label", "3 of 3"});
}

TEST(Dataset, TwoScansOfOneName) {
  const ScratchFolder root("dataset_twice");
  write_tiny_dataset(root.path(), {{0, 1}}, 20);
  write_text(root / "sequences/00/velodyne/000000.ply", "x");
  expect_error<DataError>([&] { list_scans(root.path(), "00"); }, {"000000.ply", "000000.bin"});
}

TEST(Dataset, RealScans) {
  LSK3D_REQUIRE_SHARED(shared);
  const SemanticKittiDataset dataset(shared + "/data/semantickitti", {"0", "8"}, labels(), {});
  ASSERT_EQ(dataset.size(), 16u);
  const LabelledScan scan = dataset.read(0);
  EXPECT_EQ(scan.classes.dim(0), 124668);
}

}  // namespace
}  // namespace lsk3d
