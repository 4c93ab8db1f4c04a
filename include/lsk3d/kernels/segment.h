// SPDX-License-Identifier: MIT
// Sums over the rows of each segment and the way back: the work behind gather, segment mean and
// gather mean. Every segment is summed by one thread in the order of its rows: no atomics.
#pragma once
#include <cstdint>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// Segment s owns rows order[start[s]] … order[start[s + 1] − 1]; index is the segment of each row.
struct SegmentView {
  const std::int64_t* start = nullptr;  // [count + 1]
  const std::int32_t* order = nullptr;  // [rows]
  const std::int32_t* index = nullptr;  // [rows]
  std::int64_t count = 0, rows = 0;
};

/// out[s] = Σ over the rows r of segment s of x[r], or with `via` of x[via.index[r]], divided by
/// the size of s (`mean`) or by that of via's segment (`via_mean`). Empty segments give 0.
struct SegmentReduceArgs {
  DType dtype = DType::f32;  // f32 or f64
  SegmentView segments;
  const SegmentView* via = nullptr;
  const void* x = nullptr;  // [rows, channels], or [via count, channels]
  void* out = nullptr;      // [count, channels]
  int channels = 0;
  bool mean = false, via_mean = false;
};

/// out[r] = x[index[r]], divided by the segment's size with `mean`.
struct SegmentSpreadArgs {
  DType dtype = DType::f32;
  SegmentView segments;
  const void* x = nullptr;  // [count, channels]
  void* out = nullptr;      // [rows, channels]
  int channels = 0;
  bool mean = false;
};

struct SegmentKernels {
  void (*reduce)(const SegmentReduceArgs&) = nullptr;
  void (*spread)(const SegmentSpreadArgs&) = nullptr;
};

}  // namespace lsk3d
