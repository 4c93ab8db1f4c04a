// SPDX-License-Identifier: MIT
#include "radix_sort.h"

#include <algorithm>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

constexpr int kDigitBits = 11;  // 2048 counters and as many write streams stay in the L1 cache
constexpr std::int64_t kGrain = 32768;

}  // namespace

void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::int32_t>& order, int bits) {
  LSK3D_ASSERT(keys.size() == order.size() && bits >= 0 && bits <= 64, "bits ", bits);
  const auto n = static_cast<std::int64_t>(keys.size());
  if (n < 2 || bits == 0) return;
  const int passes = (bits + kDigitBits - 1) / kDigitBits;
  const int digit_bits = (bits + passes - 1) / passes;
  const std::size_t digits = std::size_t{1} << digit_bits;
  const std::size_t chunks = static_cast<std::size_t>((n + kGrain - 1) / kGrain);
  std::vector<std::uint64_t> next_keys(keys.size());
  std::vector<std::int32_t> next_order(order.size());
  std::vector<std::int64_t> place(chunks * digits);  // [chunk, digit]

  for (int pass = 0; pass < passes; ++pass) {
    const int shift = pass * digit_bits;
    const auto digit = [&](std::int64_t i) {
      return static_cast<std::size_t>(keys[static_cast<std::size_t>(i)] >> shift) & (digits - 1);
    };
    std::fill(place.begin(), place.end(), 0);
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t* counts = place.data() + static_cast<std::size_t>(begin / kGrain) * digits;
      for (std::int64_t i = begin; i < end; ++i) ++counts[digit(i)];
    });
    std::int64_t sum = 0;
    for (std::size_t d = 0; d < digits; ++d)
      for (std::size_t c = 0; c < chunks; ++c) {
        const std::int64_t count = place[c * digits + d];
        place[c * digits + d] = sum;
        sum += count;
      }
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t* cursor = place.data() + static_cast<std::size_t>(begin / kGrain) * digits;
      for (std::int64_t i = begin; i < end; ++i) {
        const auto to = static_cast<std::size_t>(cursor[digit(i)]++);
        next_keys[to] = keys[static_cast<std::size_t>(i)];
        next_order[to] = order[static_cast<std::size_t>(i)];
      }
    });
    keys.swap(next_keys);
    order.swap(next_order);
  }
}

}  // namespace lsk3d
