// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <type_traits>
#include <utility>

namespace lsk3d::cuda {

/// f(0), …, f(kCount − 1) with numbers that are known to the compiler: arrays they index can stay
/// in registers.
template <int kCount, typename F>
__device__ __forceinline__ void unrolled(F&& f) {
  [&]<int... kNumbers>(std::integer_sequence<int, kNumbers...>) {
    (f(std::integral_constant<int, kNumbers>{}), ...);
  }
  (std::make_integer_sequence<int, kCount>{});
}

}  // namespace lsk3d::cuda
