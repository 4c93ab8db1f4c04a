// SPDX-License-Identifier: MIT
#include "cpu/radix_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

template <typename Key>
void compare_with_stable_sort(std::size_t n, Key mask) {
  Rng rng(n, static_cast<std::uint64_t>(mask));
  std::vector<Keyed<Key>> items(n), spare(n);
  for (std::size_t i = 0; i < n; ++i)
    items[i] = {static_cast<Key>(rng.next_u64()) & mask, static_cast<std::uint32_t>(i)};
  auto wanted = items;
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& a, const auto& b) { return a.key < b.key; });
  const Keyed<Key>* sorted = radix_sort(items.data(), spare.data(), n);
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_EQ(sorted[i].key, wanted[i].key) << i << " of " << n;
    ASSERT_EQ(sorted[i].item, wanted[i].item) << i << " of " << n;
  }
}

TEST(KernelRadixSort, IsAStableSort) {
  for (std::size_t n : {0, 1, 2, 100, 5000}) {
    compare_with_stable_sort<std::uint32_t>(n, 0xffffffffu);
    compare_with_stable_sort<std::uint32_t>(n, 0xff0000ffu);
    compare_with_stable_sort<std::uint32_t>(n, 3);  // many equal keys
    compare_with_stable_sort<std::uint64_t>(n, ~std::uint64_t{0});
    compare_with_stable_sort<std::uint64_t>(n, std::uint64_t{7} << 60);
  }
}

}  // namespace
}  // namespace lsk3d
