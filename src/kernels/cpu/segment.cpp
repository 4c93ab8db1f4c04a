// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include "cpu_kernels.h"
#include "float_type.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kSegmentGrain = 256;
constexpr std::int64_t kRowGrain = 1024;
/// Rows summed plainly; longer segments are sums of such sums, which keeps f32 accurate where a
/// coarse voxel holds thousands of points.
constexpr std::int64_t kPlainSum = 64;

template <typename T>
T size_of_segment(const SegmentView& view, std::int64_t s) {
  return static_cast<T>(view.start[s + 1] - view.start[s]);
}

/// sum += rows [begin, end) of `order`, as SegmentReduceArgs says.
template <typename T>
void add_rows(const SegmentReduceArgs& args, std::int64_t begin, std::int64_t end,
              T* __restrict sum) {
  const T* x = static_cast<const T*>(args.x);
  const std::int64_t channels = args.channels;
  for (std::int64_t i = begin; i < end; ++i) {
    std::int64_t row = args.segments.order[i];
    if (args.via) row = args.via->index[row];
    const T* __restrict from = x + row * channels;
    if (args.via_mean) {
      const T factor = T{1} / size_of_segment<T>(*args.via, row);
      for (std::int64_t c = 0; c < channels; ++c) sum[c] += from[c] * factor;
    } else {
      for (std::int64_t c = 0; c < channels; ++c) sum[c] += from[c];
    }
  }
}

template <typename T>
void reduce_typed(const SegmentReduceArgs& args) {
  const std::int64_t channels = args.channels;
  T* out = static_cast<T*>(args.out);
  parallel_for(args.segments.count, kSegmentGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<T> part(static_cast<std::size_t>(channels));
    for (std::int64_t s = begin; s < end; ++s) {
      const std::int64_t first = args.segments.start[s], last = args.segments.start[s + 1];
      T* __restrict sum = out + s * channels;
      std::fill_n(sum, channels, T{0});
      if (last - first <= kPlainSum) {
        add_rows(args, first, last, sum);
      } else {
        for (std::int64_t i = first; i < last; i += kPlainSum) {
          std::fill(part.begin(), part.end(), T{0});
          add_rows(args, i, std::min(i + kPlainSum, last), part.data());
          for (std::int64_t c = 0; c < channels; ++c) sum[c] += part[static_cast<std::size_t>(c)];
        }
      }
      if (args.mean && last - first > 1) {
        const T factor = T{1} / static_cast<T>(last - first);
        for (std::int64_t c = 0; c < channels; ++c) sum[c] *= factor;
      }
    }
  });
}

template <typename T>
void spread_typed(const SegmentSpreadArgs& args) {
  const std::int64_t channels = args.channels;
  const T* x = static_cast<const T*>(args.x);
  T* out = static_cast<T*>(args.out);
  parallel_for(args.segments.rows, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int64_t s = args.segments.index[r];
      const T* __restrict from = x + s * channels;
      T* __restrict to = out + r * channels;
      if (args.mean) {
        const T factor = T{1} / size_of_segment<T>(args.segments, s);
        for (std::int64_t c = 0; c < channels; ++c) to[c] = from[c] * factor;
      } else {
        std::copy_n(from, channels, to);
      }
    }
  });
}

void reduce(const SegmentReduceArgs& args) {
  with_float_type(args.dtype, [&](auto type) { reduce_typed<decltype(type)>(args); });
}

void spread(const SegmentSpreadArgs& args) {
  with_float_type(args.dtype, [&](auto type) { spread_typed<decltype(type)>(args); });
}

}  // namespace

SegmentKernels cpu_segment_kernels() { return {.reduce = reduce, .spread = spread}; }

}  // namespace lsk3d
