// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/kernels/shared_conv.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

/// A kernel cut into boxes of offsets, the spatial groups, at the same places along each axis.
class SpatialPartition {
 public:
  /// Throws UsageError that opens with `what` unless the cuts rise from 0 to each extent of the
  /// kernel.
  SpatialPartition(KernelSize kernel, const std::vector<int>& cuts, const std::string& what);

  KernelSize kernel() const { return kernel_; }
  /// Of an axis.
  int parts() const { return parts_; }
  /// parts³, numbered z-major.
  int groups() const { return parts_ * parts_ * parts_; }
  /// Valid while this lives.
  OffsetGroups view() const { return {offsets_, start_, memo_.get()}; }

 private:
  KernelSize kernel_;
  int parts_;
  std::vector<std::int32_t> offsets_, start_;
  std::shared_ptr<const Memo> memo_ = std::make_shared<Memo>();  // copies are equal: one for all
};

}  // namespace lsk3d
