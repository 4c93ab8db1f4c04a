// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "device/launch.h"
#include "device/reduce.h"

namespace lsk3d::cuda {

/// Σ of the values of the threads before this one; `total` gets the sum of all. A block of kThreads,
/// all of whose threads call it.
template <typename T>
__device__ T block_exclusive_scan(T value, T& total) {
  __shared__ T of_warp[kThreads / 32];
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  T inclusive = value;
  for (unsigned by = 1; by < 32; by *= 2) {
    const T other = __shfl_up_sync(kAllLanes, inclusive, by);
    if (lane >= by) inclusive += other;
  }
  if (lane == 31) of_warp[warp] = inclusive;
  __syncthreads();
  T before = 0;
  total = 0;
  for (unsigned w = 0; w < kThreads / 32; ++w) {
    if (w < warp) before += of_warp[w];
    total += of_warp[w];
  }
  __syncthreads();  // of_warp is free again
  return before + inclusive - value;
}

/// Replaces each of the grid's rows of `length` numbers by its exclusive prefix sums, and writes the
/// row's sum to totals[row] unless null. One block of kThreads a row.
template <typename T>
__global__ void exclusive_scan_kernel(T* rows, std::int64_t length, T* totals) {
  constexpr int kEach = 8;  // numbers of a thread: rounds are what a long row costs
  T* row = rows + blockIdx.x * length;
  T sum = 0;
  for (std::int64_t begin = 0; begin < length; begin += kThreads * kEach) {
    const std::int64_t first = begin + std::int64_t{threadIdx.x} * kEach;
    T values[kEach], own = 0, total;
    for (int i = 0; i < kEach; ++i) {
      values[i] = first + i < length ? row[first + i] : T{0};
      own += values[i];
    }
    T before = sum + block_exclusive_scan(own, total);
    for (int i = 0; i < kEach; ++i) {
      if (first + i < length) row[first + i] = before;
      before += values[i];
    }
    sum += total;
  }
  if (totals && threadIdx.x == 0) totals[blockIdx.x] = sum;
}

}  // namespace lsk3d::cuda
