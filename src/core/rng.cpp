// SPDX-License-Identifier: MIT
#include "lsk3d/core/rng.h"

#include <cmath>
#include <numbers>

namespace lsk3d {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c,
                                        std::array<std::uint32_t, 2> k) {
  constexpr std::uint64_t kMul0 = 0xD2511F53, kMul1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = kMul0 * c[0], p1 = kMul1 * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += kWeyl0;
    k[1] += kWeyl1;
  }
  return c;
}

std::uint32_t Rng::next_u32() {
  const std::uint64_t block = position_ / 4;
  if (block != cached_block_) {
    block_ = philox4x32({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                         static_cast<std::uint32_t>(stream_),
                         static_cast<std::uint32_t>(stream_ >> 32)},
                        {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
    cached_block_ = block;
  }
  return block_[position_++ % 4];
}

std::uint64_t Rng::next_u64() {
  const std::uint64_t low = next_u32();
  return low | (static_cast<std::uint64_t>(next_u32()) << 32);
}

float Rng::uniform() { return static_cast<float>(next_u32() >> 8) * 0x1p-24f; }

double Rng::uniform64() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

float Rng::normal() {
  const double u = 1.0 - uniform64();  // (0, 1]: its logarithm is finite
  const double v = uniform64();
  return static_cast<float>(std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v));
}

std::uint64_t Rng::below(std::uint64_t n) {
  // Rejection of the incomplete last range (Lemire 2019, without the multiply trick).
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % n + 1) % n;
  std::uint64_t value;
  do value = next_u64();
  while (value > limit);
  return value % n;
}

std::uint64_t mix_stream(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  auto split_mix = [](std::uint64_t x) {  // SplitMix64's finaliser (Steele et al. 2014)
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  };
  return split_mix(split_mix(split_mix(a) ^ b) ^ c);
}

}  // namespace lsk3d
