// SPDX-License-Identifier: MIT
// Which voxels of two grids meet under the offsets of a kernel, by walking both sorted grids side
// by side: the cost is that of the neighbours in reach, not of the kernel's volume.
#pragma once
#include <algorithm>
#include <cstdint>

#include "column_index.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

/// Out voxel o meets in voxel stride·o + k − origin, per axis.
struct PairSearch {
  KernelSize kernel;
  int stride = 1;
  KernelSize origin{0, 0, 0};
  /// `in` and `out` are one grid, and only in rows after the out row count: half of a symmetric
  /// map, without its centre.
  bool half = false;
};

/// What one out voxel meets in a run of in columns. Hits go through a buffer: finding them is free
/// of branches on what was found, and so is the loop that hands them on.
template <typename Visit>
class ColumnRun {
 public:
  ColumnRun(const PairSearch& search, const ColumnIndex& in, Visit& visit)
      : in_(in), visit_(visit), kernel_(search.kernel),
        step_z_(std::int64_t{search.kernel.y} * search.kernel.x) {}

  /// Out row `o`, whose offset 0 is at (·, y, z), against in columns [first, last) from row `from`.
  void meet(std::int32_t o, std::int64_t y, std::int64_t z, int kx, std::int32_t first,
            std::int32_t last, std::int32_t from) {
    const std::int32_t end = in_.column_start[last];
    if (end - from <= kShortRun) {
      // Scans of a street have 1 or 2 voxels a column: looking at every row of the run costs less
      // than the branches mispredicted by finding where each column comes into reach.
      if (count_ > kBuffer - kShortRun) flush();
      const std::int32_t *row_y = in_.row_y.data(), *row_z = in_.z.data();
      int count = count_;
      for (std::int32_t i = from; i < end; ++i)
        count = add(count, i, row_y[i] - y, row_z[i] - z, kx, o);
      count_ = count;
      return;
    }
    for (std::int32_t d = first; d < last; ++d) {
      const auto* begin = in_.z.data() + std::max(in_.column_start[d], from);
      const auto* stop = in_.z.data() + in_.column_start[d + 1];
      if (begin >= stop) continue;
      const std::int64_t ky = in_.y[d] - y;
      for (const auto* at = std::lower_bound(begin, stop, z); at < stop && *at < z + kernel_.z;
           ++at) {
        if (count_ == kBuffer) flush();
        count_ = add(count_, static_cast<std::int32_t>(at - in_.z.data()), ky, *at - z, kx, o);
      }
    }
  }

  void flush() {
    for (int h = 0; h < count_; ++h) visit_(hits_[h].k, hits_[h].in, hits_[h].out);
    count_ = 0;
  }

 private:
  static constexpr int kShortRun = 128, kBuffer = 1024;
  struct Hit {
    std::int32_t k, in, out;
  };

  /// Writes hit number `count`, and returns one more where it is one.
  int add(int count, std::int32_t i, std::int64_t ky, std::int64_t kz, std::int64_t kx,
          std::int32_t o) {
    hits_[count] = {static_cast<std::int32_t>(kz * step_z_ + ky * kernel_.x + kx), i, o};
    return count + (static_cast<std::uint64_t>(kz) < static_cast<std::uint64_t>(kernel_.z));
  }

  const ColumnIndex& in_;
  Visit& visit_;
  const KernelSize kernel_;
  const std::int64_t step_z_;
  int count_ = 0;
  Hit hits_[kBuffer];
};

/// Calls visit(k, in_row, out_row) for the pairs of out columns [begin, end). For any one k, both
/// rows increase from call to call. Coordinates are compared in 64 bits, so offsets never wrap.
template <typename Visit>
void search_pairs(const PairSearch& search, const ColumnIndex& in, const ColumnIndex& out,
                  std::int32_t begin, std::int32_t end, Visit&& visit) {
  const KernelSize kernel = search.kernel, origin = search.origin;
  const std::int64_t stride = search.stride;
  ColumnRun run(search, in, visit);
  const auto first_slice = static_cast<std::int32_t>(
      std::upper_bound(out.slice_start.begin(), out.slice_start.end(), begin) -
      out.slice_start.begin() - 1);

  for (int kx = search.half ? origin.x : 0; kx < kernel.x; ++kx) {
    const bool same_x = search.half && kx == origin.x;
    std::int32_t t = 0;  // in slice, walks up with s
    for (std::int32_t s = first_slice; s < out.slices() && out.slice_start[s] < end; ++s) {
      const std::int64_t x = stride * out.slice_x[s] - origin.x + kx;
      if (s == first_slice) t = in.find_slice(out.slice_batch[s], x);
      while (t < in.slices() && in.before(t, out.slice_batch[s], x)) ++t;
      if (t == in.slices()) break;
      if (in.slice_batch[t] != out.slice_batch[s] || in.slice_x[t] != x) continue;

      // In columns within reach of column c: both ends walk up with c.
      std::int32_t first = in.slice_start[t], last = first;
      const std::int32_t slice_end = in.slice_start[t + 1];
      const std::int32_t c_end = std::min(out.slice_start[s + 1], end);
      for (std::int32_t c = std::max(out.slice_start[s], begin); c < c_end; ++c) {
        const std::int64_t y = stride * out.y[c] - origin.y;
        if (same_x) first = c;
        while (first < slice_end && in.y[first] < y) ++first;
        last = std::max(first, last);
        while (last < slice_end && in.y[last] < y + kernel.y) ++last;
        for (std::int32_t o = out.column_start[c]; o < out.column_start[c + 1]; ++o)
          run.meet(o, y, stride * out.z[o] - origin.z, kx, first, last,
                   same_x ? o + 1 : in.column_start[first]);
      }
    }
  }
  run.flush();
}

}  // namespace lsk3d
