// SPDX-License-Identifier: MIT
// On the calling thread: those who ask have a tensor for each thread.
#include <algorithm>

#include "cpu_kernels.h"

namespace lsk3d {
namespace {

void sums(const ChannelSumsArgs& a) {
  const ChannelView& view = a.view;
  std::fill_n(a.sums, view.width, 0.0);
  for (std::int64_t o = 0; o < view.outer; ++o)
    for (std::int64_t c = 0; c < view.width; ++c) {
      const std::int64_t begin = (o * view.along + view.offset + c) * view.inner;
      double sum = 0;
      for (std::int64_t i = begin; i < begin + view.inner; ++i)
        sum += static_cast<double>(a.value[i]) * static_cast<double>(a.factor[i]);
      a.sums[c] += sum;
    }
}

void scale(const ChannelScaleArgs& a) {
  const ChannelView& view = a.view;
  for (std::int64_t c = 0; c < view.width; ++c) {
    if (a.factors[c] == 1) continue;
    for (std::int64_t o = 0; o < view.outer; ++o) {
      float* begin = a.x + (o * view.along + view.offset + c) * view.inner;
      for (std::int64_t i = 0; i < view.inner; ++i)
        begin[i] = static_cast<float>(begin[i] * a.factors[c]);
    }
  }
}

}  // namespace

ChannelKernels cpu_channel_kernels() { return {.sums = sums, .scale = scale}; }

}  // namespace lsk3d
