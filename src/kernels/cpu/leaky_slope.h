// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>

namespace lsk3d {

/// LeakyReLU's derivative at x: 1 where x > 0, else `slope` (at −0 either, which is the same for a
/// product). A comparison of floats may trap, so that compilers branch for it, and half of these
/// branches are mispredicted; a choice by bits becomes vector code.
template <typename T>
T leaky_slope(T x, T slope) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using Signed = std::make_signed_t<Bits>;
  // All ones where x is negative or +0: positive floats are positive integers.
  const Bits below =
      static_cast<Bits>(static_cast<Signed>(std::bit_cast<Bits>(x) - 1) >> (sizeof(T) * 8 - 1));
  const Bits one = std::bit_cast<Bits>(T{1});
  return std::bit_cast<T>(one ^ ((one ^ std::bit_cast<Bits>(slope)) & below));
}

}  // namespace lsk3d
