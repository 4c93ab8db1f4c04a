// SPDX-License-Identifier: MIT
#include "scan_cache.h"

namespace lsk3d {
namespace {

std::size_t bytes_of(const LabelledScan& scan) {
  std::size_t bytes = sizeof(LabelledScan) + scan.scan.points.bytes() + scan.scan.kept.bytes();
  if (scan.classes.defined()) bytes += scan.classes.bytes();
  if (scan.raw_labels.defined()) bytes += scan.raw_labels.bytes();
  return bytes;
}

}  // namespace

std::shared_ptr<const LabelledScan> ScanCache::read(std::size_t index, BadScans& bad) {
  {
    std::lock_guard lock(mutex_);
    if (const auto found = scans_.find(index); found != scans_.end()) return found->second;
  }
  auto found = read_usable(*dataset_, index, bad, &volume_);  // unlocked: others go on
  if (!found) return nullptr;
  auto scan = std::make_shared<const LabelledScan>(std::move(*found));
  std::lock_guard lock(mutex_);
  const std::size_t bytes = bytes_of(*scan);
  if (bytes <= capacity_ - used_ && scans_.emplace(index, scan).second) used_ += bytes;
  return scan;
}

}  // namespace lsk3d
