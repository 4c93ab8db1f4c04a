// SPDX-License-Identifier: MIT
#include "lsk3d/data/sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "augment.h"
#include "expect_error.h"
#include "lsk3d/core/error.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/io/safetensors.h"
#include "support/golden.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

LabelledScan scan_of(std::uint64_t seed, int points = 400) {
  const testing_support::TinyScan tiny = testing_support::tiny_scan(seed, points);
  LabelledScan scan;
  scan.scan.points = Tensor::from(tiny.points, {points, 4});
  std::vector<std::int32_t> rows(static_cast<std::size_t>(points)),
      raw(tiny.labels.begin(), tiny.labels.end());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int32_t>(i);
  scan.scan.kept = Tensor::from(rows, {points});
  scan.scan.file_points = points;
  scan.scan.path = "tiny.bin";
  scan.raw_labels = Tensor::from(raw, {points});
  scan.classes = load_label_map("semantic_kitti").classes_of(scan.raw_labels, "tiny.label");
  return scan;
}

LoaderSettings small_settings() {
  LoaderSettings settings;
  settings.voxels.grid = {200, 200, 12};
  settings.scales = {2, 4};
  settings.kernel = KernelSize::cube(3);
  return settings;
}

bool same(const Tensor& a, const Tensor& b) {
  return a.defined() == b.defined() &&
         (!a.defined() ||
          (a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0));
}

TEST(Sample, CropsToTheVolumeStrictly) {
  LabelledScan scan = scan_of(1, 5);
  const float values[] = {0, 0, 0, 1, 50, 0, 0, 1, 0, -50, 0, 1, 0, 0, 2, 1, 49.99f, 0, 1.9f, 1};
  std::copy(std::begin(values), std::end(values), scan.scan.points.data<float>());
  const Sample sample = prepare_sample(scan, small_settings(), 0);
  ASSERT_EQ(sample.points.dim(0), 2);
  EXPECT_EQ(sample.source.data<std::int32_t>()[0], 0);
  EXPECT_EQ(sample.source.data<std::int32_t>()[1], 4);
  EXPECT_EQ(sample.file_points, 5);
  EXPECT_EQ(sample.path, "tiny.bin");
  EXPECT_EQ(sample.normals.shape(), (Shape{2, 3}));
  EXPECT_EQ(sample.classes.dim(0), 2);
}

TEST(Sample, SourceLeadsBackToTheFile) {
  LabelledScan scan = scan_of(1);
  for (std::int64_t i = 0; i < 400; ++i)
    scan.scan.kept.data<std::int32_t>()[i] += 7;  // rows were dropped in front
  scan.scan.file_points = 407;
  const Sample sample = prepare_sample(scan, small_settings(), 0);
  EXPECT_LT(sample.points.dim(0), 400);
  for (std::int64_t i = 0; i < sample.points.dim(0); ++i) {
    const std::int64_t row = sample.source.data<std::int32_t>()[i] - 7;
    EXPECT_EQ(std::memcmp(sample.points.data<float>() + 4 * i,
                          scan.scan.points.data<float>() + 4 * row, 16),
              0);
    EXPECT_EQ(sample.classes.data<std::int32_t>()[i], scan.classes.data<std::int32_t>()[row]);
  }
}

TEST(Sample, AugmentationFollowsSeedAndStreamAndLeavesTheScanAlone) {
  const LabelledScan scan = scan_of(1), partner = scan_of(2);
  const Tensor before = scan.scan.points.clone();
  LoaderSettings settings = small_settings();
  settings.augment = true;
  settings.augmentation.instance_paste = settings.augmentation.polar_mix = 1;
  const Sample a = prepare_sample(scan, settings, 5, &partner),
               b = prepare_sample(scan, settings, 5, &partner);
  EXPECT_TRUE(same(a.points, b.points) && same(a.normals, b.normals) && same(a.classes, b.classes));
  EXPECT_FALSE(same(a.points, prepare_sample(scan, settings, 6, &partner).points));
  settings.seed = 1;
  EXPECT_FALSE(same(a.points, prepare_sample(scan, settings, 5, &partner).points));
  EXPECT_TRUE(same(before, scan.scan.points));
  const auto source = a.source.span<std::int32_t>();
  EXPECT_GT(std::count(source.begin(), source.end(), -1), 0);
  EXPECT_EQ(a.classes.dim(0), a.points.dim(0));
}

TEST(Sample, AllPointsOutsideGivesAnEmptySampleAndBatch) {
  LabelledScan scan = scan_of(1, 10);
  for (std::int64_t i = 0; i < 10; ++i) scan.scan.points.data<float>()[4 * i] = 1000;
  LoaderSettings settings = small_settings();
  for (const bool augment : {false, true}) {
    settings.augment = augment;
    settings.augmentation.max_points = 5;
    const Sample sample = prepare_sample(scan, settings, 0);
    EXPECT_EQ(sample.points.shape(), (Shape{0, 4}));
    EXPECT_EQ(sample.source.dim(0), 0);
    EXPECT_TRUE(sample.classes.defined());
    const Batch batch = collate({sample}, settings);
    EXPECT_EQ(batch.points.size(), 0);
    EXPECT_EQ(batch.pyramid.levels.size(), 3u);
    EXPECT_EQ(batch.pyramid.levels[0].grid.size(), 0);
    EXPECT_EQ(batch.sample_start, (std::vector<std::int64_t>{0, 0}));
  }
  EXPECT_EQ(single_vote(scan, settings, 2, 3, 0).points.size(), 0);
}

TEST(Sample, OnePoint) {
  const Batch batch = single_vote(scan_of(1, 1), small_settings(), 0, 1, 0);
  EXPECT_EQ(batch.points.size(), 1);
  EXPECT_EQ(batch.pyramid.levels[2].grid.size(), 1);
}

TEST(Batch, HoldsTheSamplesInOrder) {
  const LoaderSettings settings = small_settings();
  LabelledScan outside = scan_of(3, 4);
  outside.scan.points.fill(1000);
  const std::vector<Sample> samples{prepare_sample(scan_of(1), settings, 0),
                                    prepare_sample(outside, settings, 0),
                                    prepare_sample(scan_of(2), settings, 0)};
  const Batch batch = collate(samples, settings);
  EXPECT_EQ(batch.points.batch_size, 3);
  ASSERT_EQ(batch.sample_start.size(), 4u);
  EXPECT_EQ(batch.sample_start[3], batch.points.size());
  for (std::size_t s = 0; s < 3; ++s) {
    EXPECT_TRUE(same(batch.samples[s].points, samples[s].points));
    EXPECT_TRUE(same(batch.samples[s].points,
                     batch.points.points.rows(batch.sample_start[s], batch.sample_start[s + 1])));
    EXPECT_TRUE(same(batch.samples[s].normals, samples[s].normals));
    EXPECT_TRUE(same(batch.samples[s].classes, samples[s].classes));
    for (std::int64_t i = batch.sample_start[s]; i < batch.sample_start[s + 1]; ++i)
      ASSERT_EQ(batch.points.batch_index.data<std::int32_t>()[i], static_cast<std::int32_t>(s));
  }
  EXPECT_EQ(batch.pyramid.levels.size(), 3u);
}

TEST(Batch, WrongUse) {
  const LoaderSettings settings = small_settings();
  expect_error<UsageError>([&] { collate({}, settings); }, {"at least one sample"});
  LabelledScan bare = scan_of(2);
  bare.classes = {}, bare.raw_labels = {}, bare.scan.path = "bare.bin";
  expect_error<UsageError>(
      [&] {
        collate({prepare_sample(scan_of(1), settings, 0), prepare_sample(bare, settings, 0)},
                settings);
      },
      {"tiny.bin has labels", "bare.bin has none"});
  EXPECT_FALSE(collate({prepare_sample(bare, settings, 0)}, settings).classes.defined());
  LoaderSettings wrong = settings;
  wrong.normals = "refrence";
  expect_error<UsageError>([&] { prepare_sample(bare, wrong, 0); },
                           {"refrence", "did you mean 'reference'"});
}

TEST(Votes, OneVoteIsTheScanItself) {
  const LabelledScan scan = scan_of(1);
  const LoaderSettings settings = small_settings();
  const Batch vote = vote_batch(scan, settings, 1, 3);
  EXPECT_TRUE(same(vote.points.points, prepare_sample(scan, settings, 0).points));
}

TEST(Votes, SingleVoteIsTheCopyOfTheBatch) {
  const LabelledScan scan = scan_of(1);
  LoaderSettings settings = small_settings();
  settings.augmentation.drop_probability = 1;
  settings.augmentation.max_points = 10;
  settings.augmentation.shuffle = true;
  const Batch all = vote_batch(scan, settings, 4, 3);
  ASSERT_EQ(all.samples.size(), 4u);
  const Sample plain = prepare_sample(scan, settings, 0);
  for (int v = 0; v < 4; ++v) {
    const Batch one = single_vote(scan, settings, v, 4, 3);
    const Sample& copy = all.samples[static_cast<std::size_t>(v)];
    EXPECT_TRUE(same(one.points.points, copy.points));
    EXPECT_TRUE(same(one.points.normals, copy.normals));
    EXPECT_TRUE(same(copy.source, plain.source));  // every point once, in order
    EXPECT_FALSE(same(copy.points, plain.points));
  }
  EXPECT_FALSE(same(all.samples[0].points, all.samples[1].points));
  EXPECT_FALSE(same(vote_batch(scan, settings, 4, 4).points.points, all.points.points));
  expect_error<UsageError>([&] { single_vote(scan, settings, 4, 4, 0); }, {"0 … 3", "found 4"});
  expect_error<UsageError>([&] { vote_batch(scan, settings, 0, 0); }, {"votes", "found 0"});
}

TEST(Sample, RealScanHasTheGoldensPointsAndNormals) {
  LSK3D_REQUIRE_SHARED(shared);
  const SemanticKittiDataset dataset(shared + "/data/semantickitti", {"0"},
                                     load_label_map("semantic_kitti"), DatasetOptions{});
  LoaderSettings settings;
  settings.normals = "reference";
  const LabelledScan scan = dataset.read(0);
  const Sample sample = prepare_sample(scan, settings, 0);
  const TensorFile golden = read_safetensors(shared + "/goldens/normals/normals.safetensors");
  const Tensor& mask = golden.at("keep_mask");
  std::vector<std::int32_t> kept;
  for (std::int64_t i = 0; i < mask.numel(); ++i)
    if (mask.data<std::uint8_t>()[i]) kept.push_back(static_cast<std::int32_t>(i));
  ASSERT_EQ(sample.points.dim(0), static_cast<std::int64_t>(kept.size()));
  EXPECT_TRUE(std::equal(kept.begin(), kept.end(), sample.source.data<std::int32_t>()));
}

}  // namespace
}  // namespace lsk3d
