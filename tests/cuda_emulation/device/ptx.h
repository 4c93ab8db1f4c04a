// SPDX-License-Identifier: MIT
// What cuda/device/ptx.h says, in plain C++.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "block.h"

namespace lsk3d::cuda {

namespace emulated {

/// Two registers of every lane.
inline std::array<std::array<std::uint32_t, 2>, 32> registers(std::uint32_t first, std::uint32_t second) {
  const std::uint64_t* all =
      cuda_emulation::warp_exchange(0xffffffffu, first | std::uint64_t{second} << 32);
  std::array<std::array<std::uint32_t, 2>, 32> values;
  for (std::size_t lane = 0; lane < 32; ++lane)
    values[lane] = {static_cast<std::uint32_t>(all[lane]), static_cast<std::uint32_t>(all[lane] >> 32)};
  return values;
}

/// Half number `i` of a register, as a float.
inline float half(std::uint32_t pair, unsigned i) {
  return std::bit_cast<float>(i == 0 ? pair << 16 : pair & 0xffff0000u);
}

}  // namespace emulated

inline void multiply_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  const auto a_left = emulated::registers(a[0], a[1]);   // columns 0 … 7, of rows g and g + 8
  const auto a_right = emulated::registers(a[2], a[3]);  // columns 8 … 15
  const auto b_all = emulated::registers(b[0], b[1]);    // rows 0 … 7 and 8 … 15
  const unsigned lane = cuda_emulation::lane_index(), g = lane / 4, q = lane % 4;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned low_or_high_row = i / 2, column = 2 * q + i % 2;
    for (unsigned k = 0; k < 16; ++k) {
      const unsigned owner = k % 8 / 2;
      const auto& a_side = k < 8 ? a_left : a_right;
      d[i] += emulated::half(a_side[g * 4 + owner][low_or_high_row], k % 2) *
              emulated::half(b_all[column * 4 + owner][k / 8], k % 2);
    }
  }
}

inline void load_matrices(std::uint32_t (&d)[4], const void* row) {
  const std::uint64_t* rows = cuda_emulation::warp_exchange(0xffffffffu, reinterpret_cast<std::uintptr_t>(row));
  const unsigned lane = cuda_emulation::lane_index();
  for (unsigned m = 0; m < 4; ++m)
    std::memcpy(&d[m], reinterpret_cast<const std::byte*>(rows[m * 8 + lane / 4]) + lane % 4 * 4, 4);
}

inline float rounded_product(float a, float b) { return a * b; }

}  // namespace lsk3d::cuda
