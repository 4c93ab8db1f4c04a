// SPDX-License-Identifier: MIT
#pragma once

namespace lsk3d {

/// A named stretch of time on a profiler's timeline (NVTX in a CUDA build, nothing elsewhere); ranges
/// nest. Costs a few nanoseconds while no profiler looks.
class ProfileRange {
 public:
  /// `name` must be a literal.
  explicit ProfileRange(const char* name);
  ~ProfileRange();
  ProfileRange(const ProfileRange&) = delete;
  ProfileRange& operator=(const ProfileRange&) = delete;
};

}  // namespace lsk3d
