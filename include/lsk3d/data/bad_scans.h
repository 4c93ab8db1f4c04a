// SPDX-License-Identifier: MIT
// Scans that cannot be used: the one place that decides which they are.
#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "lsk3d/data/dataset.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

/// The scans that were left out of some work, and why. Thread-safe.
class BadScans {
 public:
  BadScans() = default;
  /// Knows the scans that `data` has left out itself, since they have no label file.
  explicit BadScans(const SemanticKittiDataset& data);

  /// Notes a scan. The first time a warning gives the reason, which need not name the scan.
  void add(const std::string& path, const std::string& reason);
  bool contains(const std::string& path) const;
  std::size_t size() const;
  /// By path: what is wrong with each.
  std::map<std::string, std::string> reasons() const;
  /// "3 of 120 scans left out: a.bin, b.bin, c.bin", by path and not all of many; "" where there is
  /// none.
  std::string summary(std::size_t total) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> reasons_;
};

/// Throws DataError naming the scan unless a point of it has a finite position and, where `volume`
/// is given, lies inside that: training has no use for others, prediction moves them inside. Without
/// `volume`, a cloud without points passes: its prediction is empty.
void require_points(const Scan& scan, const VoxelSettings* volume = nullptr);

/// Scan `index`, or nothing where it cannot be used and `data` leaves such scans out (skip_bad): it
/// is then in `bad`, and not read again. A scan cannot be used where it or its label file is missing
/// or unreadable, where these do not belong together, and where it fails require_points. Without
/// skip_bad such a scan throws DataError.
std::optional<LabelledScan> read_usable(const SemanticKittiDataset& data, std::size_t index,
                                        BadScans& bad, const VoxelSettings* volume = nullptr);

}  // namespace lsk3d
