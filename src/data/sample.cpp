// SPDX-License-Identifier: MIT
#include "lsk3d/data/sample.h"

#include <algorithm>
#include <limits>

#include "augment.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/data/normals.h"

namespace lsk3d {
namespace {

constexpr std::uint64_t kVotePurpose = 0x766F7465;  // names the streams of votes

/// One vote's settings: geometry only, since every copy must keep all points of the scan.
LoaderSettings vote_settings(const LoaderSettings& settings, int votes, std::uint64_t seed) {
  LSK3D_CHECK(votes >= 1, UsageError, "votes: expected at least 1, found ", votes);
  LoaderSettings vote = settings;
  vote.seed = seed;
  vote.augment = votes > 1;
  vote.augmentation.drop_max = 0;
  vote.augmentation.tilt_std = 0;
  vote.augmentation.jitter_std = 0;
  vote.augmentation.remission_std = 0;
  vote.augmentation.instance_paste = 0;
  vote.augmentation.polar_mix = 0;
  vote.augmentation.max_points = 0;
  vote.augmentation.shuffle = false;
  return vote;
}

Sample vote_sample(const LabelledScan& scan, const LoaderSettings& settings, int vote) {
  return prepare_sample(scan, settings, mix_stream(static_cast<std::uint64_t>(vote), kVotePurpose));
}

void copy_rows(const Tensor& from, Tensor& to, std::int64_t row) {
  to.rows(row, row + from.dim(0)).copy_from(from);
}

}  // namespace

Sample prepare_sample(const LabelledScan& scan, const LoaderSettings& settings,
                      std::uint64_t rng_stream, const LabelledScan* partner) {
  const NormalsMode normals = parse_normals_mode(settings.normals);
  WorkingScan work = crop_to_volume(scan, settings.voxels);
  if (settings.augment) {
    check(settings.augmentation);
    const MixChoice mix = choose_mix(settings.augmentation, settings.seed, rng_stream);
    WorkingScan other;
    const bool mixed = partner && mix.any();
    if (mixed) other = crop_to_volume(*partner, settings.voxels);
    Rng rng(settings.seed, rng_stream);
    augment(work, settings.augmentation, mix, mixed ? &other : nullptr, rng);
  }
  Sample sample;
  sample.normals = compute_normals(work.points, normals, settings.sensor);
  sample.points = std::move(work.points);
  sample.classes = std::move(work.classes);
  sample.source = std::move(work.source);
  sample.file_points = scan.scan.file_points;
  sample.path = scan.scan.path;
  return sample;
}

Batch collate(std::vector<Sample> samples, const LoaderSettings& settings) {
  LSK3D_CHECK(!samples.empty(), UsageError, "batch: expected at least one sample, found none");
  Batch batch;
  batch.sample_start.push_back(0);
  const bool labelled = samples.front().classes.defined();
  for (const Sample& sample : samples) {
    batch.sample_start.push_back(batch.sample_start.back() + sample.points.dim(0));
    LSK3D_CHECK(sample.classes.defined() == labelled, UsageError,
                "batch: expected labels for all scans or none; ", samples.front().path,
                labelled ? " has labels, " : " has none, ", sample.path,
                labelled ? " has none" : " has labels");
  }
  const std::int64_t n = batch.sample_start.back();
  LSK3D_CHECK(n <= std::numeric_limits<std::int32_t>::max(), UsageError, "batch: ", n,
              " points in ", samples.size(),
              " scans are more than a batch may hold; lower train.batch_size");
  batch.points.batch_size = static_cast<std::int32_t>(samples.size());
  batch.points.points = Tensor::empty({n, 4});
  batch.points.normals = Tensor::empty({n, 3});
  batch.points.batch_index = Tensor::empty({n}, DType::i32);
  if (labelled) batch.classes = Tensor::empty({n}, DType::i32);
  for (std::size_t s = 0; s < samples.size(); ++s) {
    Sample& sample = samples[s];
    const std::int64_t begin = batch.sample_start[s], end = batch.sample_start[s + 1];
    std::fill_n(batch.points.batch_index.data<std::int32_t>() + begin, end - begin,
                static_cast<std::int32_t>(s));
    copy_rows(sample.points, batch.points.points, begin);
    copy_rows(sample.normals, batch.points.normals, begin);
    if (labelled) copy_rows(sample.classes, batch.classes, begin);
    // From here on the samples share the batch's memory.
    sample.points = batch.points.points.rows(begin, end);
    sample.normals = batch.points.normals.rows(begin, end);
    if (labelled) sample.classes = batch.classes.rows(begin, end);
  }
  if (settings.topology)
    batch.pyramid =
        build_scale_pyramid(batch.points, settings.voxels, settings.scales, settings.kernel);
  batch.samples = std::move(samples);
  return batch;
}

Batch vote_batch(const LabelledScan& scan, const LoaderSettings& settings, int votes,
                 std::uint64_t seed) {
  const LoaderSettings vote = vote_settings(settings, votes, seed);
  std::vector<Sample> samples;
  for (int v = 0; v < votes; ++v) samples.push_back(vote_sample(scan, vote, v));
  return collate(std::move(samples), vote);
}

Batch single_vote(const LabelledScan& scan, const LoaderSettings& settings, int vote, int votes,
                  std::uint64_t seed) {
  const LoaderSettings one = vote_settings(settings, votes, seed);
  LSK3D_CHECK(vote >= 0 && vote < votes, UsageError, "vote: expected 0 … ", votes - 1, ", found ",
              vote);
  std::vector<Sample> samples;
  samples.push_back(vote_sample(scan, one, vote));
  return collate(std::move(samples), one);
}

}  // namespace lsk3d
