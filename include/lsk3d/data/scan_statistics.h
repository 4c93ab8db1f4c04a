// SPDX-License-Identifier: MIT
// What scans look like, to notice one that does not look like those a network learnt from.
#pragma once
#include <string>

#include "lsk3d/data/dataset.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

struct ScanStatistics {
  double remission_mean = 0, remission_max = 0;
  double in_volume = 0;  // share of the points
  double raised = 0;     // Scan::raised
  double ground = 0;     // z of what lies low 3 to 20 m around the sensor, metres; NaN: too few points

  bool operator==(const ScanStatistics&) const = default;
};
ScanStatistics measure_scan(const Scan& scan, const VoxelSettings& voxels);

/// The ranges of those over several scans.
struct InputStatistics {
  std::int64_t scans = 0;
  ScanStatistics low, high;

  void add(const ScanStatistics& scan);
  bool operator==(const InputStatistics&) const = default;
};
/// As text for a model file, and back. Throws DataError naming `path` where it is damaged.
std::string to_json(const InputStatistics& statistics);
InputStatistics parse_input_statistics(const std::string& text, const std::string& path);

/// What sets a scan apart from those that a network learnt from, its likely cause and the option that
/// helps, in one line; "" where nothing does.
std::string difference_from(const InputStatistics& learnt, const ScanStatistics& scan);

/// Over at most `most` scans spread over the whole data set; those that cannot be read do not count.
InputStatistics measure_input(const SemanticKittiDataset& dataset, const VoxelSettings& voxels,
                              std::size_t most = 32);

/// Warns where a scan differs.
void warn_of_difference(const InputStatistics& learnt, const Scan& scan, const VoxelSettings& voxels);

}  // namespace lsk3d
