// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lsk3d/data/augmentation.h"
#include "lsk3d/data/bad_scans.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/data/sample.h"
#include "lsk3d/models/sensor_settings.h"

namespace lsk3d {

struct LoaderSettings {
  int batch_size = 1;
  int workers = 1;          // background threads; 0 loads on the calling thread
  int prefetch = 2;         // batches held ready
  bool shuffle = false;     // order drawn per epoch from (seed, epoch)
  bool augment = false;
  bool drop_last = false;
  std::uint64_t seed = 0;
  AugmentationSettings augmentation;
  std::string normals = "range_image";  // reference, range_image, none
  SensorSettings sensor;                // whose range image the normals come from
  VoxelSettings voxels;
  std::vector<int> scales{2, 4, 8, 16};
  KernelSize kernel = KernelSize::cube(9);
  bool topology = true;  // false: batches without a pyramid, which the model builds on its device
  bool cache_scans = true;  // keep read scans in memory while they fit cache_bytes
  std::size_t cache_bytes = std::size_t{2} << 30;
};

/// Batches of a data set, prepared ahead by worker threads. What batch b of epoch e holds is a pure
/// function of (seed, e, b): never of the number of workers or their timing. One thread may call it.
/// Where the data set leaves bad scans out (skip_bad), their batches are smaller, down to one without
/// samples; how many batches an epoch has does not depend on it.
class Loader {
 public:
  Loader(std::shared_ptr<const SemanticKittiDataset> dataset, const LoaderSettings& settings);
  ~Loader();

  std::int64_t batches_per_epoch() const;
  /// Starts (or restarts) at batch `first_batch` of `epoch`.
  void start_epoch(std::int64_t epoch, std::int64_t first_batch = 0);
  /// The next batch, or nothing at the end of the epoch. An error in a worker is rethrown here with the
  /// file it happened in; the call after that goes on with the following batch.
  std::optional<Batch> next();
  /// The scans left out so far: without points inside the volume among them.
  BadScans& bad_scans();
  /// Seconds next() has waited for workers (or loaded by itself) since start_epoch.
  double wait_seconds() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One sample outside any loader: volume crop, augmentation where settings.augment says so (random
/// numbers from settings.seed and `rng_stream`), normals. `partner` is the scan that instance paste and
/// PolarMix take from; without one they are left out. A scan with no point inside gives an empty sample.
Sample prepare_sample(const LabelledScan& scan, const LoaderSettings& settings,
                      std::uint64_t rng_stream, const LabelledScan* partner = nullptr);
/// V augmented copies of a scan as one batch for test-time votes (votes = 1: no augmentation). Rotation,
/// flip, scale and translation only: each copy holds every point of the volume once, in order.
Batch vote_batch(const LabelledScan& scan, const LoaderSettings& settings, int votes,
                 std::uint64_t seed);
/// Copy `vote` of vote_batch(scan, settings, votes, seed) alone.
Batch single_vote(const LabelledScan& scan, const LoaderSettings& settings, int vote, int votes,
                  std::uint64_t seed);
/// Concatenates samples and builds the topology; the samples then share the batch's memory. Samples may
/// be empty; where all are, so are the batch and every level of its pyramid. Throws UsageError where
/// only some have labels.
Batch collate(std::vector<Sample> samples, const LoaderSettings& settings);

}  // namespace lsk3d
