// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "lsk3d/data/bad_scans.h"
#include "lsk3d/data/dataset.h"

namespace lsk3d {

/// The scans of a data set that have points inside `volume`, read at most once while they fit
/// `capacity` bytes; the rest are read anew each time. Thread-safe; what it hands out is never written
/// to.
class ScanCache {
 public:
  ScanCache(std::shared_ptr<const SemanticKittiDataset> dataset, const VoxelSettings& volume,
            std::size_t capacity)
      : dataset_(std::move(dataset)), volume_(volume), capacity_(capacity) {}
  /// Nothing where the scan cannot be used and read_usable leaves it out, adding it to `bad`.
  std::shared_ptr<const LabelledScan> read(std::size_t index, BadScans& bad);

 private:
  std::shared_ptr<const SemanticKittiDataset> dataset_;
  VoxelSettings volume_;
  std::size_t capacity_, used_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::size_t, std::shared_ptr<const LabelledScan>> scans_;
};

}  // namespace lsk3d
