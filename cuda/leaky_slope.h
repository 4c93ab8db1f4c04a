// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

namespace lsk3d::cuda {

/// LeakyReLU's derivative at x: 1 where x > 0, else `slope`. NaN counts as positive, as on the CPU.
template <typename T>
__device__ __forceinline__ T leaky_slope(T x, T slope) {
  return x <= T{0} ? slope : T{1};
}

}  // namespace lsk3d::cuda
