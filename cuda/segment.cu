// SPDX-License-Identifier: MIT
#include "device/launch.h"
#include "device/memory.h"
#include "families.h"

namespace lsk3d::cuda {
namespace {

/// Rows summed plainly; longer segments are sums of such sums (the CPU's order).
constexpr std::int64_t kPlainSum = 64;

template <typename T>
__device__ T size_of_segment(const SegmentView& view, std::int64_t s) {
  return static_cast<T>(view.start[s + 1] - view.start[s]);
}

/// One thread per (segment, channel); neighbours share a segment, so that rows are read whole.
template <typename T, bool kVia>
__global__ void reduce_kernel(SegmentView segments, SegmentView via, const T* x, T* out,
                              std::int64_t channels, bool mean, bool via_mean) {
  for (std::int64_t item = first_item(); item < segments.count * channels; item += item_step()) {
    const std::int64_t s = item / channels, c = item % channels;
    const std::int64_t first = segments.start[s], last = segments.start[s + 1];
    T sum = 0;
    for (std::int64_t begin = first; begin < last; begin += kPlainSum) {
      const std::int64_t end = begin + kPlainSum < last ? begin + kPlainSum : last;
      T part = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        std::int64_t row = segments.order[i];
        if (kVia) row = via.index[row];
        T value = x[row * channels + c];
        if (via_mean) value *= T{1} / size_of_segment<T>(via, row);
        part += value;
      }
      sum += part;
    }
    if (mean && last - first > 1) sum *= T{1} / static_cast<T>(last - first);
    out[item] = sum;
  }
}

template <typename T>
__global__ void spread_kernel(SegmentView segments, const T* x, T* out, std::int64_t channels,
                              bool mean) {
  for (std::int64_t item = first_item(); item < segments.rows * channels; item += item_step()) {
    const std::int64_t r = item / channels, c = item % channels, s = segments.index[r];
    T value = x[s * channels + c];
    if (mean) value *= T{1} / size_of_segment<T>(segments, s);
    out[item] = value;
  }
}

void reduce(const SegmentReduceArgs& args) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    const SegmentView via = args.via ? *args.via : SegmentView{};
    launch(args.via ? reduce_kernel<T, true> : reduce_kernel<T, false>,
           blocks_for(args.segments.count * args.channels), kThreads, 0, current_stream(),
           args.segments, via, static_cast<const T*>(args.x), static_cast<T*>(args.out), args.channels,
           args.mean, args.via && args.via_mean);
  });
}

void spread(const SegmentSpreadArgs& args) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    launch(spread_kernel<T>, blocks_for(args.segments.rows * args.channels), kThreads, 0,
           current_stream(), args.segments, static_cast<const T*>(args.x), static_cast<T*>(args.out),
           args.channels, args.mean);
  });
}

}  // namespace

SegmentKernels segment_kernels() { return {.reduce = reduce, .spread = spread}; }

}  // namespace lsk3d::cuda
