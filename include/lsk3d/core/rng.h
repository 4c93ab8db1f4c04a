// SPDX-License-Identifier: MIT
// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). The n-th number of a
// (seed, stream) pair is a pure function, so streams need no shared state and resume exactly.
#pragma once
#include <array>
#include <cstdint>

namespace lsk3d {

/// The raw block function: ten rounds over a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A stream of numbers. Cheap to make: give each sample, layer or purpose its own stream.
class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  std::uint32_t next_u32();
  std::uint64_t next_u64();
  /// Uniform in [0, 1), 24 bits.
  float uniform();
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, 1), 53 bits.
  double uniform64();
  /// Standard normal (Box-Muller; always draws two uniforms).
  float normal();
  /// Uniform integer in [0, n), n >= 1, without modulo bias.
  std::uint64_t below(std::uint64_t n);

  std::uint64_t seed() const { return seed_; }
  std::uint64_t stream() const { return stream_; }
  /// How many 32-bit numbers were drawn; seek() continues from there.
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; cached_block_ = ~std::uint64_t{0}; }

 private:
  std::uint64_t seed_, stream_, position_ = 0;
  std::uint64_t cached_block_ = ~std::uint64_t{0};
  std::array<std::uint32_t, 4> block_{};
};

/// Mixes values into a stream number, so that (epoch, index, purpose) name a stream.
std::uint64_t mix_stream(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0);

}  // namespace lsk3d
