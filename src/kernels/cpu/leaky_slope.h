// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>

namespace lsk3d {

/// LeakyReLU's derivative at x: 1 where x > 0, else `slope`, at −0 too: that is what ReLU makes of
/// negative numbers. A comparison of floats may trap, so that compilers branch for it, and half of
/// these branches are mispredicted; a choice by bits becomes vector code.
template <typename T>
T leaky_slope(T x, T slope) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using Signed = std::make_signed_t<Bits>;
  const Bits bits = std::bit_cast<Bits>(x), otherwise = std::bit_cast<Bits>(slope);
  // The sign of bits > 0, as a signed integer, spread over the word.
  const Bits positive =
      static_cast<Bits>(static_cast<Signed>(~bits & (Bits{0} - bits)) >> (sizeof(T) * 8 - 1));
  return std::bit_cast<T>(otherwise ^ ((otherwise ^ std::bit_cast<Bits>(T{1})) & positive));
}

}  // namespace lsk3d
