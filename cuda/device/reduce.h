// SPDX-License-Identifier: MIT
// Sums in a fixed order: the same bits in every run.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "device/launch.h"

namespace lsk3d::cuda {

constexpr unsigned kAllLanes = 0xffffffffu;

/// Σ value over the threads of a one-dimensional block of whole warps, at most 1024 threads; thread 0
/// gets it, the others 0. All threads call it.
__device__ inline double block_sum(double value) {
  __shared__ double of_warp[32];
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  for (unsigned by = 16; by > 0; by /= 2) value += __shfl_down_sync(kAllLanes, value, by);
  if (lane == 0) of_warp[warp] = value;
  __syncthreads();
  double sum = 0;
  if (threadIdx.x == 0)
    for (unsigned w = 0; w < blockDim.x / 32; ++w) sum += of_warp[w];
  __syncthreads();  // of_warp is free again
  return sum;
}

/// out[0] = factor · Σ parts, the factor read from the GPU, 1 where null. One block.
template <typename Out>
__global__ void sum_all(const double* parts, std::int64_t count, const double* factor, Out* out) {
  const std::int64_t share = (count + blockDim.x - 1) / blockDim.x;
  double sum = 0;
  for (std::int64_t i = threadIdx.x * share; i < (threadIdx.x + 1) * share && i < count; ++i)
    sum += parts[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *out = static_cast<Out>(factor ? sum * *factor : sum);
}

/// out[c] = Σ_p parts[p, c], p in order.
template <typename T, typename Out>
__global__ void sum_rows(const T* parts, std::int64_t count, std::int64_t width, Out* out) {
  for (std::int64_t c = first_item(); c < width; c += item_step()) {
    T sum = 0;
    for (std::int64_t p = 0; p < count; ++p) sum += parts[p * width + c];
    out[c] = static_cast<Out>(sum);
  }
}

}  // namespace lsk3d::cuda
