// SPDX-License-Identifier: MIT
#include "cpu/bf16_product.h"

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace lsk3d {
namespace {

constexpr int kGroup = 16;  // pairs of one tile
constexpr int kBlockElements = kBf16ReadBlock * kBf16WriteBlock;

/// Columns of write block `block` that exist, as a mask.
__mmask16 column_mask(const Bf16Product& p, int block) {
  const int valid = std::min(kBf16WriteBlock, p.columns - block * kBf16WriteBlock);
  return static_cast<__mmask16>((1u << valid) - 1);
}

#define LSK3D_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

/// kR pairs by one write block.
template <int kR>
LSK3D_AVX512_BF16 inline void dot_block(const Bf16Product& p, const std::int32_t* in_rows,
                                        const std::int32_t* out_rows, int block) {
  const std::int64_t stride = std::int64_t{p.read_blocks} * kBf16ReadBlock;
  const __mmask16 mask = column_mask(p, block);
  __m512 sum[kR];
  const std::uint16_t* rows[kR];
#pragma GCC unroll 12
  for (int r = 0; r < kR; ++r) {
    sum[r] = _mm512_setzero_ps();
    rows[r] = p.input + in_rows[r] * stride;
  }
  for (int read = 0; read < p.read_blocks; ++read) {
    const std::uint16_t* weight = p.weight + (read * p.write_blocks + block) * kBlockElements;
    for (int pair = 0; pair < kBf16ReadBlock / 2; ++pair) {
      const auto w = (__m512bh)_mm512_loadu_si512(weight + pair * 2 * kBf16WriteBlock);
#pragma GCC unroll 12
      for (int r = 0; r < kR; ++r) {
        std::int32_t two;
        std::memcpy(&two, rows[r] + read * kBf16ReadBlock + 2 * pair, sizeof two);
        sum[r] = _mm512_dpbf16_ps(sum[r], (__m512bh)_mm512_set1_epi32(two), w);
      }
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < kR; ++r) {
    float* out = p.output + out_rows[r] * p.output_stride + block * kBf16WriteBlock;
    _mm512_mask_storeu_ps(out, mask, _mm512_add_ps(_mm512_maskz_loadu_ps(mask, out), sum[r]));
  }
}

LSK3D_AVX512_BF16 void dot_product(const Bf16Product& p) {
  std::int64_t i = 0;
  for (; i + 12 <= p.count; i += 12)
    for (int block = 0; block < p.write_blocks; ++block)
      dot_block<12>(p, p.in_rows + i, p.out_rows + i, block);
  for (; i + 4 <= p.count; i += 4)
    for (int block = 0; block < p.write_blocks; ++block)
      dot_block<4>(p, p.in_rows + i, p.out_rows + i, block);
  for (; i < p.count; ++i)
    for (int block = 0; block < p.write_blocks; ++block)
      dot_block<1>(p, p.in_rows + i, p.out_rows + i, block);
}

#define LSK3D_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl")))

/// The tile registers: 16 rows of 64 bytes each.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {};
  std::uint8_t rows[16] = {};

  constexpr TileConfig() {
    for (int i = 0; i < 8; ++i) {
      bytes[i] = 64;
      rows[i] = kGroup;
    }
  }
};

/// Sums of one group of 16 gathered rows for kN neighbouring write blocks, into tiles 0 … kN−1 and
/// from there to `sums` [kN][16][16].
template <int kN>
LSK3D_AMX inline void tile_block(const Bf16Product& p, const std::uint16_t* rows, int block,
                                 float* sums) {
  const int row_bytes = p.read_blocks * kBf16ReadBlock * 2;
  _tile_zero(0);
  if constexpr (kN > 1) _tile_zero(1);
  if constexpr (kN > 2) _tile_zero(2);
  if constexpr (kN > 3) _tile_zero(3);
  for (int read = 0; read < p.read_blocks; ++read) {
    const std::uint16_t* weight = p.weight + (read * p.write_blocks + block) * kBlockElements;
    _tile_loadd(4, rows + read * kBf16ReadBlock, row_bytes);
    _tile_loadd(5, weight, 64);
    _tile_dpbf16ps(0, 4, 5);
    if constexpr (kN > 1) {
      _tile_loadd(6, weight + kBlockElements, 64);
      _tile_dpbf16ps(1, 4, 6);
    }
    if constexpr (kN > 2) {
      _tile_loadd(7, weight + 2 * kBlockElements, 64);
      _tile_dpbf16ps(2, 4, 7);
    }
    if constexpr (kN > 3) {
      _tile_loadd(5, weight + 3 * kBlockElements, 64);
      _tile_dpbf16ps(3, 4, 5);
    }
  }
  _tile_stored(0, sums, 64);
  if constexpr (kN > 1) _tile_stored(1, sums + 256, 64);
  if constexpr (kN > 2) _tile_stored(2, sums + 512, 64);
  if constexpr (kN > 3) _tile_stored(3, sums + 768, 64);
}

LSK3D_AMX void tile_product(const Bf16Product& p) {
  static constexpr TileConfig kConfig;
  _tile_loadconfig(&kConfig);
  const std::int64_t stride = std::int64_t{p.read_blocks} * kBf16ReadBlock;
  alignas(64) float sums[4][kGroup][kBf16WriteBlock];
  alignas(64) std::uint16_t few[kGroup * 4 * kBf16ReadBlock];
  std::vector<std::uint16_t> many;
  std::uint16_t* gathered = few;
  if (p.read_blocks > 4) {
    many.resize(static_cast<std::size_t>(kGroup * stride));
    gathered = many.data();
  }
  for (std::int64_t i = 0; i < p.count; i += kGroup) {
    const int rows = static_cast<int>(std::min<std::int64_t>(kGroup, p.count - i));
    for (int r = 0; r < rows; ++r) {
      const std::uint16_t* from = p.input + p.in_rows[i + r] * stride;
      for (std::int64_t c = 0; c < stride; c += kBf16ReadBlock)
        _mm512_storeu_si512(gathered + r * stride + c, _mm512_loadu_si512(from + c));
    }
    for (int r = rows; r < kGroup; ++r)
      std::memset(gathered + r * stride, 0, static_cast<std::size_t>(stride) * 2);
    for (int block = 0; block < p.write_blocks; block += 4) {
      const int blocks = std::min(4, p.write_blocks - block);
      switch (blocks) {
        case 4:
          tile_block<4>(p, gathered, block, sums[0][0]);
          break;
        case 3:
          tile_block<3>(p, gathered, block, sums[0][0]);
          break;
        case 2:
          tile_block<2>(p, gathered, block, sums[0][0]);
          break;
        default:
          tile_block<1>(p, gathered, block, sums[0][0]);
      }
      for (int r = 0; r < rows; ++r) {
        float* out = p.output + p.out_rows[i + r] * p.output_stride + block * kBf16WriteBlock;
        for (int n = 0; n < blocks; ++n) {
          const __mmask16 mask = column_mask(p, block + n);
          float* to = out + n * kBf16WriteBlock;
          _mm512_mask_storeu_ps(
              to, mask, _mm512_add_ps(_mm512_maskz_loadu_ps(mask, to), _mm512_load_ps(sums[n][r])));
        }
      }
    }
  }
  _tile_release();
}

/// Linux hands out the tile registers on request only, once per process.
bool request_tiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

Bf16ProductFunction choose() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (!avx512) return nullptr;  // asks the operating system, too
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    const bool amx_bf16 = d >> 22 & 1, amx_tile = d >> 24 & 1;
    if (amx_bf16 && amx_tile && request_tiles()) return tile_product;
  }
  if (__builtin_cpu_supports("avx512bf16")) return dot_product;
  return nullptr;
}

}  // namespace

Bf16ProductFunction bf16_product_function() {
  static const Bf16ProductFunction function = choose();
  return function;
}

}  // namespace lsk3d
