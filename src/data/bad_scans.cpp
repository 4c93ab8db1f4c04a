// SPDX-License-Identifier: MIT
#include "lsk3d/data/bad_scans.h"

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"

namespace lsk3d {
namespace {

constexpr std::size_t kNamed = 5;  // scans that a summary names

bool lies_inside(const float* point, const VoxelSettings& volume) {
  for (std::size_t a = 0; a < 3; ++a)
    if (!(volume.min[a] < point[a] && point[a] < volume.max[a])) return false;
  return true;
}

}  // namespace

BadScans::BadScans(const SemanticKittiDataset& data) {
  for (const auto& entry : data.without_labels())
    reasons_.emplace(entry.scan_path, entry.label_path + ": no such label file");
}

void BadScans::add(const std::string& path, const std::string& reason) {
  const std::string named =
      reason.find(path) == std::string::npos ? path + ": " + reason : reason;
  {
    std::lock_guard lock(mutex_);
    if (!reasons_.emplace(path, named).second) return;
  }
  log_warning(named + "; this scan is left out");
}

bool BadScans::contains(const std::string& path) const {
  std::lock_guard lock(mutex_);
  return reasons_.contains(path);
}

std::size_t BadScans::size() const {
  std::lock_guard lock(mutex_);
  return reasons_.size();
}

std::map<std::string, std::string> BadScans::reasons() const {
  std::lock_guard lock(mutex_);
  return reasons_;
}

std::string BadScans::summary(std::size_t total) const {
  const auto bad = reasons();
  if (bad.empty()) return "";
  std::string text = str_cat(bad.size(), " of ", total, " scans left out:");
  std::size_t named = 0;
  for (const auto& [path, reason] : bad) {
    if (named == kNamed) break;
    text += str_cat(named++ ? ", " : " ", path);
  }
  if (bad.size() > named) text += str_cat(" and ", bad.size() - named, " more");
  return text;
}

void require_points(const Scan& scan, const VoxelSettings* volume) {
  const std::int64_t points = scan.points.dim(0);
  LSK3D_CHECK(points > 0 || (scan.file_points == 0 && !volume), DataError, scan.path,
              ": expected at least one point with a finite position, found none among ",
              scan.file_points, " points; is the file damaged?");
  if (!volume) return;
  const float* p = scan.points.data<float>();
  for (std::int64_t i = 0; i < points; ++i)
    if (lies_inside(p + 4 * i, *volume)) return;
  throw DataError(str_cat(scan.path,
                          ": expected at least one point inside the volume (voxels.min … "
                          "voxels.max), found none among ",
                          points, " points; are they in metres, around the sensor?"));
}

std::optional<LabelledScan> read_usable(const SemanticKittiDataset& data, std::size_t index,
                                        BadScans& bad, const VoxelSettings* volume) {
  const std::string& path = data.entries().at(index).scan_path;
  if (data.options().skip_bad && bad.contains(path)) return std::nullopt;
  try {
    LabelledScan scan = data.read(index);
    require_points(scan.scan, volume);
    return scan;
  } catch (const DataError& error) {
    if (!data.options().skip_bad) throw;
    bad.add(path, error.what());
    return std::nullopt;
  }
}

}  // namespace lsk3d
