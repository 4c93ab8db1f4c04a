// SPDX-License-Identifier: MIT
// Shuffles, votes and bit functions of a warp.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "block.h"

namespace cuda_emulation {

/// What lane `from` gave, or one's own value where it is not in the mask.
template <typename T>
T shuffle(unsigned mask, T value, unsigned from) {
  static_assert(std::is_arithmetic_v<T>);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  const std::uint64_t* all = warp_exchange(mask, bits);
  if (from < 32 && (mask >> from & 1)) std::memcpy(&value, all + from, sizeof(T));
  return value;
}

}  // namespace cuda_emulation

template <typename T>
T __shfl_sync(unsigned mask, T value, int lane) {
  return cuda_emulation::shuffle(mask, value, static_cast<unsigned>(lane) % 32);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned by) {
  return cuda_emulation::shuffle(mask, value, cuda_emulation::lane_index() + by);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned by) {
  return cuda_emulation::shuffle(mask, value, cuda_emulation::lane_index() - by);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int by) {
  return cuda_emulation::shuffle(mask, value, cuda_emulation::lane_index() ^ static_cast<unsigned>(by));
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
  const std::uint64_t* all = cuda_emulation::warp_exchange(mask, predicate != 0);
  unsigned votes = 0;
  for (unsigned lane = 0; lane < 32; ++lane)
    if (mask >> lane & 1) votes |= static_cast<unsigned>(all[lane]) << lane;
  return votes;
}
inline int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) == mask; }

/// Lanes of the mask with the same value.
template <typename T>
unsigned __match_any_sync(unsigned mask, T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  const std::uint64_t* all = cuda_emulation::warp_exchange(mask, bits);
  unsigned peers = 0;
  for (unsigned lane = 0; lane < 32; ++lane)
    if ((mask >> lane & 1) && all[lane] == bits) peers |= 1u << lane;
  return peers;
}

inline int __popc(unsigned bits) { return std::popcount(bits); }
inline int __popcll(unsigned long long bits) { return std::popcount(bits); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
inline int __clz(int bits) { return std::countl_zero(static_cast<unsigned>(bits)); }
