// SPDX-License-Identifier: MIT
#include "device/launch.h"
#include "device/memory.h"
#include "device/reduce.h"
#include "families.h"

namespace lsk3d::cuda {
namespace {

/// Where element `e` of channel `c` lies.
__device__ std::int64_t place(const ChannelView& view, std::int64_t c, std::int64_t e) {
  return (e / view.inner * view.along + view.offset + c) * view.inner + e % view.inner;
}

/// One block per channel.
__global__ void sums_kernel(ChannelSumsArgs a) {
  double sum = 0;
  for (std::int64_t e = threadIdx.x; e < a.view.outer * a.view.inner; e += blockDim.x) {
    const std::int64_t at = place(a.view, blockIdx.x, e);
    sum += static_cast<double>(a.value[at]) * static_cast<double>(a.factor[at]);
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) a.sums[blockIdx.x] = sum;
}

void sums(const ChannelSumsArgs& a) {
  launch(sums_kernel, dim3(static_cast<unsigned>(a.view.width)), kThreads, 0, current_stream(), a);
}

__global__ void scale_kernel(ChannelScaleArgs a) {
  const std::int64_t elements = a.view.outer * a.view.inner;
  for (std::int64_t i = first_item(); i < elements * a.view.width; i += item_step()) {
    const std::int64_t c = i / a.view.inner % a.view.width;
    const std::int64_t e = i / a.view.inner / a.view.width * a.view.inner + i % a.view.inner;
    if (a.factors[c] == 1) continue;
    float& x = a.x[place(a.view, c, e)];
    x = static_cast<float>(x * a.factors[c]);
  }
}

void scale(const ChannelScaleArgs& a) {
  launch(scale_kernel, blocks_for(a.view.outer * a.view.inner * a.view.width), kThreads, 0,
         current_stream(), a);
}

}  // namespace

ChannelKernels channel_kernels() { return {.sums = sums, .scale = scale}; }

}  // namespace lsk3d::cuda
