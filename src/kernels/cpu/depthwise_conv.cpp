// SPDX-License-Identifier: MIT
// Depth-wise sparse convolution. Forward and input gradient are output-stationary: a thread owns a
// tile of output rows and walks all offsets inside it. The weight gradient is offset-stationary.
// Neither needs atomics, and each sum has one fixed order.
#include "lsk3d/kernels/depthwise_conv.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/channel_rows.h"
#include "cpu/cpu_kernels.h"
#include "cpu/float_type.h"
#include "cpu/row_tile.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

std::vector<std::int32_t> active_offsets(const ActiveWeights& active, std::int64_t offsets) {
  if (!active.all_offsets) return {active.offsets.begin(), active.offsets.end()};
  std::vector<std::int32_t> all;
  for (std::int64_t k = 0; k < offsets; ++k) all.push_back(static_cast<std::int32_t>(k));
  return all;
}

template <typename T>
void depthwise_forward(const DepthwiseForwardArgs& a) {
  const std::vector<std::int32_t> offsets = active_offsets(a.active, a.pairs.offsets());
  T* output = static_cast<T*>(a.output);
  parallel_for(
      a.output_rows, rows_per_tile(a.channels, sizeof(T)),
      [&](std::int64_t begin, std::int64_t end) {
        std::memset(output + begin * a.channels, 0,
                    static_cast<std::size_t>((end - begin) * a.channels) * sizeof(T));
        for (const std::int32_t k : offsets) {
          const PairRange part = pairs_of_rows(a.pairs, k, a.input_gradient, begin, end);
          if (part.count == 0) continue;
          channel_row_kernels<T>().add({.in_rows = part.from,
                                        .out_rows = part.to,
                                        .count = part.count,
                                        .input = static_cast<const T*>(a.input),
                                        .weight = static_cast<const T*>(a.weight) + k * a.channels,
                                        .output = output,
                                        .channels = a.channels});
        }
      });
}

constexpr std::int64_t kTasks = 16;        // at least, where there are so many offsets
constexpr std::int64_t kMostOffsets = 48;  // of one task
constexpr std::int64_t kTile = 2048;       // output rows that stay in the second-level cache

/// Sums some offsets, tile by tile of output rows, so that the rows one offset has fetched are
/// still near when the next one wants them; each offset's pairs in order all the same.
template <typename T>
void sum_offsets(const DepthwiseWeightGradArgs& a, const std::int32_t* offsets,
                 std::int64_t count) {
  std::vector<std::int64_t> next(static_cast<std::size_t>(count), 0);
  bool more = true;
  for (std::int64_t tile_end = kTile; more; tile_end += kTile) {
    more = false;
    for (std::int64_t n = 0; n < count; ++n) {
      const std::int32_t k = offsets[n];
      const std::int32_t *in = a.pairs.in(k), *out = a.pairs.out(k);
      const std::int64_t begin = next[static_cast<std::size_t>(n)];
      const std::int64_t end =
          std::lower_bound(out + begin, out + a.pairs.count(k), tile_end) - out;
      next[static_cast<std::size_t>(n)] = end;
      more |= end < a.pairs.count(k);
      channel_row_kernels<T>().sum_products({.left_rows = in + begin,
                                             .right_rows = out + begin,
                                             .count = end - begin,
                                             .left = static_cast<const T*>(a.input),
                                             .right = static_cast<const T*>(a.grad_output),
                                             .sum = static_cast<T*>(a.grad_weight) + k * a.channels,
                                             .channels = a.channels});
    }
  }
}

template <typename T>
void depthwise_weight_grad(const DepthwiseWeightGradArgs& a) {
  std::memset(a.grad_weight, 0,
              static_cast<std::size_t>(a.pairs.offsets() * a.channels) * sizeof(T));
  const std::vector<std::int32_t> offsets = active_offsets(a.active, a.pairs.offsets());
  const auto count = static_cast<std::int64_t>(offsets.size());
  parallel_for(count, std::clamp<std::int64_t>(count / kTasks, 1, kMostOffsets),
               [&](std::int64_t begin, std::int64_t end) {
                 sum_offsets<T>(a, offsets.data() + begin, end - begin);
               });
}

void forward(const DepthwiseForwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) { depthwise_forward<decltype(type)>(a); });
}

void weight_grad(const DepthwiseWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { depthwise_weight_grad<decltype(type)>(a); });
}

}  // namespace

DepthwiseConvKernels cpu_depthwise_conv_kernels() {
  return {.forward = forward, .weight_grad = weight_grad};
}

}  // namespace lsk3d
