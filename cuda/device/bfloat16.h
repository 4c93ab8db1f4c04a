// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <bit>
#include <cstdint>

namespace lsk3d::cuda {

/// bfloat16 of a number that is finite or infinite, to nearest even; NaN stays NaN.
__host__ __device__ inline std::uint32_t bfloat16_bits(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return bits >> 16 | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/// Two of them in a register, `low` in the lower half.
__host__ __device__ inline std::uint32_t bfloat16_pair(float low, float high) {
  return bfloat16_bits(low) | bfloat16_bits(high) << 16;
}

}  // namespace lsk3d::cuda
