// SPDX-License-Identifier: MIT
// The inner loop of convs in bf16: products of bfloat16 numbers, summed in f32.
#pragma once
#include <cstdint>
#include <cstring>

namespace lsk3d {

/// Read channels come in blocks of 32, written ones in blocks of 16; both padded with zeros.
inline constexpr int kBf16ReadBlock = 32, kBf16WriteBlock = 16;

/// For each pair i < count:
///   output[out_rows[i]][0 … columns) += Σ_c input[in_rows[i]][c] · weight[c][0 … columns)
/// `weight` holds blocks [read block][write block][16 channel pairs][16 columns][2 channels].
struct Bf16Product {
  const std::int32_t* in_rows = nullptr;   // [count]
  const std::int32_t* out_rows = nullptr;  // [count], distinct
  std::int64_t count = 0;
  const std::uint16_t* input = nullptr;  // rows of 32 · read_blocks
  int read_blocks = 0, write_blocks = 0;
  const std::uint16_t* weight = nullptr;
  float* output = nullptr;
  std::int64_t output_stride = 0;
  int columns = 0;
};

using Bf16ProductFunction = void (*)(const Bf16Product&);

/// The fastest this processor has (AMX tiles or AVX-512 dot products on x86), or null where it has
/// no bf16 arithmetic.
Bf16ProductFunction bf16_product_function();

/// To nearest, ties to even; NaN stays NaN. Inline, so that loops over it become vector code.
inline std::uint16_t round_to_bf16(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const std::uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const std::uint32_t quiet_nan = bits >> 16 | 0x40;
  return static_cast<std::uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? quiet_nan : rounded);
}

}  // namespace lsk3d
