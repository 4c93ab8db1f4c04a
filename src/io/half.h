// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

namespace lsk3d {

/// IEEE's 16-bit number, as stored.
struct Half {
  std::uint16_t bits = 0;
};

inline float to_float(Half half) {
  const std::uint32_t sign = (half.bits & 0x8000u) << 16, exponent = half.bits >> 10 & 31,
                      fraction = half.bits & 1023;
  if (exponent == 0) {  // zero and subnormals: fraction * 2^-24, exact in f32
    const float value = std::ldexp(static_cast<float>(fraction), -24);
    return sign ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

}  // namespace lsk3d
