// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace lsk3d {

/// A key with what it stands for.
template <typename Key>
struct Keyed {
  Key key;
  std::uint32_t item;
};

/// Sorts items[0 … n) by key, increasing, equal keys in their order; returns where the result lies:
/// `items` or `spare` (room for n). Least significant digit first, digits that are all equal are
/// skipped.
template <typename Key>
Keyed<Key>* radix_sort(Keyed<Key>* items, Keyed<Key>* spare, std::size_t n) {
  constexpr int kBits = 11, kDigits = (sizeof(Key) * 8 + kBits - 1) / kBits;
  constexpr std::size_t kBuckets = std::size_t{1} << kBits;
  std::array<std::array<std::uint32_t, kBuckets>, kDigits> counts{};
  for (std::size_t i = 0; i < n; ++i)
    for (int d = 0; d < kDigits; ++d) ++counts[d][(items[i].key >> (d * kBits)) % kBuckets];
  for (int d = 0; d < kDigits; ++d) {
    auto& count = counts[d];
    if (n == 0 || count[(items[0].key >> (d * kBits)) % kBuckets] == n) continue;
    std::uint32_t position = 0;
    for (auto& bucket : count) position += std::exchange(bucket, position);
    for (std::size_t i = 0; i < n; ++i)
      spare[count[(items[i].key >> (d * kBits)) % kBuckets]++] = items[i];
    std::swap(items, spare);
  }
  return items;
}

}  // namespace lsk3d
