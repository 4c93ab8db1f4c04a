// SPDX-License-Identifier: MIT
#include "lsk3d/data/loader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using namespace testing_support;

LoaderSettings busy_settings() {
  LoaderSettings settings;
  settings.batch_size = 2;
  settings.shuffle = settings.augment = true;
  settings.augmentation.instance_paste = settings.augmentation.polar_mix = 0.5;
  settings.augmentation.shuffle = true;
  settings.voxels.grid = {200, 200, 12};
  settings.scales = {2, 4};
  settings.kernel = KernelSize::cube(3);
  settings.seed = 11;
  return settings;
}

bool same(const Tensor& a, const Tensor& b) {
  return a.defined() == b.defined() &&
         (!a.defined() ||
          (a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0));
}

void expect_same(const Batch& a, const Batch& b) {
  EXPECT_TRUE(same(a.points.points, b.points.points));
  EXPECT_TRUE(same(a.points.normals, b.points.normals));
  EXPECT_TRUE(same(a.points.batch_index, b.points.batch_index));
  EXPECT_TRUE(same(a.classes, b.classes));
  EXPECT_EQ(a.sample_start, b.sample_start);
  ASSERT_EQ(a.pyramid.levels.size(), b.pyramid.levels.size());
  for (std::size_t i = 0; i < a.pyramid.levels.size(); ++i) {
    EXPECT_TRUE(
        same(a.pyramid.levels[i].grid.coordinates(), b.pyramid.levels[i].grid.coordinates()));
    EXPECT_TRUE(same(a.pyramid.levels[i].points.order, b.pyramid.levels[i].points.order));
  }
  ASSERT_EQ(a.samples.size(), b.samples.size());
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    EXPECT_EQ(a.samples[i].path, b.samples[i].path);
    EXPECT_TRUE(same(a.samples[i].source, b.samples[i].source));
  }
}

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() : root_("loader") { write_tiny_dataset(root_.path(), {{0, 5}, {1, 2}}, 200); }
  std::shared_ptr<const SemanticKittiDataset> dataset(
      std::vector<std::string> sequences = {"0", "1"}, bool skip_bad = false) const {
    return std::make_shared<SemanticKittiDataset>(root_.path(), sequences,
                                                  load_label_map("semantic_kitti"),
                                                  DatasetOptions{true, skip_bad, {}});
  }
  std::vector<Batch> epoch_of(const LoaderSettings& settings, std::int64_t epoch,
                              std::int64_t first = 0) const {
    Loader loader(dataset(), settings);
    loader.start_epoch(epoch, first);
    std::vector<Batch> batches;
    while (auto batch = loader.next()) batches.push_back(std::move(*batch));
    EXPECT_FALSE(loader.next().has_value());  // stays at the end
    return batches;
  }
  ScratchFolder root_;
};

TEST_F(LoaderTest, AnyNumberOfWorkersGivesTheSameBits) {
  LoaderSettings settings = busy_settings();
  settings.workers = 0;
  const auto expected = epoch_of(settings, 3);
  ASSERT_EQ(expected.size(), 4u);
  EXPECT_EQ(expected.back().samples.size(), 1u);
  for (const int workers : {1, 3}) {
    for (const int prefetch : {0, 1, 5}) {
      for (const bool cache : {false, true}) {
        settings.workers = workers;
        settings.prefetch = prefetch;
        settings.cache_scans = cache;
        const auto batches = epoch_of(settings, 3);
        ASSERT_EQ(batches.size(), expected.size());
        for (std::size_t i = 0; i < batches.size(); ++i) expect_same(batches[i], expected[i]);
      }
    }
  }
}

TEST_F(LoaderTest, StartingInTheMiddleEqualsSkipping) {
  LoaderSettings settings = busy_settings();
  const auto whole = epoch_of(settings, 2);
  const auto rest = epoch_of(settings, 2, 2);
  ASSERT_EQ(rest.size(), 2u);
  expect_same(rest[0], whole[2]);
  expect_same(rest[1], whole[3]);
  EXPECT_TRUE(epoch_of(settings, 2, 4).empty());
  EXPECT_TRUE(epoch_of(settings, 2, 400).empty());
}

TEST_F(LoaderTest, RestartingMidwayLeavesNothingBehind) {
  LoaderSettings settings = busy_settings();
  settings.workers = 3;
  const auto expected = epoch_of(settings, 1);
  Loader loader(dataset(), settings);
  for (const std::int64_t epoch : {0, 5, 1}) {
    loader.start_epoch(epoch);
    if (epoch == 1) break;
    loader.next();
  }
  for (const Batch& batch : expected) {
    const auto found = loader.next();
    ASSERT_TRUE(found.has_value());
    expect_same(*found, batch);
  }
  EXPECT_FALSE(loader.next().has_value());
  EXPECT_GE(loader.wait_seconds(), 0);
}

TEST_F(LoaderTest, EveryScanOncePerEpochInAnOrderOfItsOwn) {
  LoaderSettings settings = busy_settings();
  std::set<std::vector<std::string>> orders;
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    std::vector<std::string> paths;
    for (const Batch& batch : epoch_of(settings, epoch))
      for (const Sample& sample : batch.samples) paths.push_back(sample.path);
    EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()).size(), 7u);
    orders.insert(paths);
  }
  EXPECT_EQ(orders.size(), 4u);
  settings.shuffle = false;
  EXPECT_NE(epoch_of(settings, 0)[0].samples[1].path.find("00/velodyne/000001.bin"),
            std::string::npos);
}

TEST_F(LoaderTest, DropLast) {
  LoaderSettings settings = busy_settings();
  settings.drop_last = true;
  EXPECT_EQ(Loader(dataset(), settings).batches_per_epoch(), 3);
  EXPECT_EQ(epoch_of(settings, 0).size(), 3u);
  settings.batch_size = 100;
  EXPECT_EQ(Loader(dataset(), settings).batches_per_epoch(), 0);
  EXPECT_TRUE(epoch_of(settings, 0).empty());
}

TEST_F(LoaderTest, ErrorsCarryTheFileAndTheNextBatchFollows) {
  write_text(root_ / "sequences/00/velodyne/000001.bin", "cut");
  LoaderSettings settings = busy_settings();
  settings.shuffle = false;
  settings.augmentation.instance_paste = settings.augmentation.polar_mix = 0;
  settings.batch_size = 1;
  for (const int workers : {0, 2}) {
    settings.workers = workers;
    Loader loader(dataset(), settings);
    loader.start_epoch(0);
    EXPECT_TRUE(loader.next().has_value());
    expect_error<DataError>([&] { loader.next(); }, {"00/velodyne/000001.bin", "3 bytes"});
    EXPECT_TRUE(loader.next().has_value());
  }
}

TEST_F(LoaderTest, AnErrorInsideTheWorkNamesTheFileToo) {
  LoaderSettings settings = busy_settings();
  settings.kernel = KernelSize::cube(2);  // even: refused by the kernel map
  Loader loader(dataset(), settings);
  loader.start_epoch(0);
  expect_error<UsageError>([&] { loader.next(); }, {"velodyne", ".bin: "});
}

TEST_F(LoaderTest, ScansOutsideTheVolumeAreLeftOutOrAnError) {
  TinyScan far = tiny_scan(1, 20);
  for (std::size_t i = 0; i < far.points.size(); i += 4) far.points[i] += 500;
  for (const char* name : {"000000", "000001"}) write_scan(root_ / "sequences/02", name, far);
  Loader strict(dataset({"2"}), busy_settings());
  strict.start_epoch(0);
  expect_error<DataError>([&] { strict.next(); }, {"02/velodyne/00000", "inside the volume"});
  Loader loader(dataset({"2"}, true), busy_settings());
  loader.start_epoch(0);
  const auto batch = loader.next();
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->points.size(), 0);
  EXPECT_TRUE(batch->samples.empty());
  EXPECT_EQ(loader.bad_scans().size(), 2u);
  EXPECT_FALSE(loader.next().has_value());
}

TEST_F(LoaderTest, LeavesBadScansOutWhateverTheNumberOfWorkers) {
  write_text(root_ / "sequences/00/velodyne/000001.bin", "cut");
  write_text(root_ / "sequences/00/labels/000003.label", "12345678");
  LoaderSettings settings = busy_settings();
  settings.augmentation.instance_paste = settings.augmentation.polar_mix = 1;  // bad partners too
  std::vector<Batch> expected;
  for (const int workers : {0, 1, 3}) {
    settings.workers = workers;
    Loader loader(dataset({"0", "1"}, true), settings);
    EXPECT_EQ(loader.batches_per_epoch(), 4);
    std::vector<Batch> batches;
    for (const std::int64_t epoch : {0, 1}) {
      loader.start_epoch(epoch);
      std::size_t samples = 0;
      while (auto batch = loader.next()) {
        samples += batch->samples.size();
        batches.push_back(std::move(*batch));
      }
      EXPECT_EQ(samples, 5u);
    }
    ASSERT_EQ(batches.size(), 8u);
    const auto bad = loader.bad_scans().reasons();
    ASSERT_EQ(bad.size(), 2u);
    EXPECT_NE(bad.begin()->first.find("000001.bin"), std::string::npos);
    EXPECT_NE(bad.rbegin()->second.find("000003.label: expected 200 labels"), std::string::npos);
    if (workers == 0) expected = std::move(batches);
    else
      for (std::size_t i = 0; i < batches.size(); ++i) expect_same(batches[i], expected[i]);
  }
}

TEST_F(LoaderTest, WrongSettingsAreNamed) {
  const auto wrong = [&](auto change, const std::vector<std::string>& parts) {
    LoaderSettings settings = busy_settings();
    change(settings);
    expect_error<UsageError>([&] { Loader(dataset(), settings); }, parts);
  };
  wrong([](LoaderSettings& s) { s.batch_size = 0; }, {"batch_size", "found 0"});
  wrong([](LoaderSettings& s) { s.workers = -1; }, {"workers", "found -1"});
  wrong([](LoaderSettings& s) { s.prefetch = -2; }, {"prefetch", "found -2"});
  wrong([](LoaderSettings& s) { s.normals = "image"; }, {"normals", "'image'"});
  wrong([](LoaderSettings& s) { s.augmentation.drop_max = 3; },
        {"augmentation.drop_max", "found 3"});
  Loader loader(dataset(), busy_settings());
  expect_error<UsageError>([&] { loader.start_epoch(-1); }, {"found -1"});
}

TEST_F(LoaderTest, DestroyedInTheMiddle) {
  LoaderSettings settings = busy_settings();
  settings.workers = 3;
  for (int i = 0; i < 5; ++i) {
    Loader loader(dataset(), settings);
    loader.start_epoch(0);
    if (i > 2) loader.next();
  }
}

TEST(LoaderRealScans, WorkersAgree) {
  LSK3D_REQUIRE_SHARED(shared);
  const auto dataset = std::make_shared<SemanticKittiDataset>(
      shared + "/data/semantickitti", std::vector<std::string>{"8"}, load_label_map("semantic_kitti"), DatasetOptions{});
  LoaderSettings settings = busy_settings();
  settings.kernel = KernelSize::cube(3);
  settings.augmentation.max_points = 60000;
  std::vector<Batch> first;
  for (const int workers : {0, 2}) {
    settings.workers = workers;
    Loader loader(dataset, settings);
    loader.start_epoch(1, 1);
    for (int b = 0; b < 2; ++b) {
      auto batch = loader.next();
      ASSERT_TRUE(batch.has_value());
      if (workers == 0) first.push_back(std::move(*batch));
      else expect_same(*batch, first[static_cast<std::size_t>(b)]);
    }
  }
}

}  // namespace
}  // namespace lsk3d
