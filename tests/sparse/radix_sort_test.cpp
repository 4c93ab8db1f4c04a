// SPDX-License-Identifier: MIT
#include "radix_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

TEST(RadixSort, SortsStablyByTheLowBitsForAnyWidth) {
  Rng rng(1);
  for (const int bits : {0, 1, 7, 11, 12, 23, 33, 63, 64}) {
    for (const std::size_t n : {0, 1, 2, 1000, 70000}) {
      const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
      std::vector<std::uint64_t> keys(n);
      // Few distinct values, so that ties are common.
      for (auto& key : keys) key = (rng.next_u64() & mask) & (rng.below(2) ? mask : mask >> 1);
      std::vector<std::int32_t> order(n), wanted(n);
      std::iota(order.begin(), order.end(), 0);
      wanted = order;
      std::stable_sort(wanted.begin(), wanted.end(),
                       [&](std::int32_t a, std::int32_t b) { return keys[a] < keys[b]; });
      auto wanted_keys = keys;
      std::sort(wanted_keys.begin(), wanted_keys.end());
      radix_sort(keys, order, bits);
      EXPECT_EQ(keys, wanted_keys) << bits << " bits, n = " << n;
      EXPECT_EQ(order, wanted) << bits << " bits, n = " << n;
    }
  }
}

}  // namespace
}  // namespace lsk3d
