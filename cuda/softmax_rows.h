// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>

namespace lsk3d::cuda {

/// The softmax of a row of logits, by one thread that holds none of it: p(c) reads x[c] again. NaN
/// anywhere makes all of it NaN.
template <typename T>
struct SoftmaxRow {
  const T* x;
  T largest, sum;

  __device__ SoftmaxRow(const T* row, int classes) : x(row), largest(row[0]), sum(0) {
    for (int c = 1; c < classes; ++c)
      if (x[c] > largest) largest = x[c];
    for (int c = 0; c < classes; ++c) sum += std::exp(x[c] - largest);
  }
  __device__ T p(int c) const { return std::exp(x[c] - largest) / sum; }
  /// log Σ exp(x)
  __device__ double log_sum() const {
    return static_cast<double>(largest) + std::log(static_cast<double>(sum));
  }
};

}  // namespace lsk3d::cuda
