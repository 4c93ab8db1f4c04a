// SPDX-License-Identifier: MIT
#include "lsk3d/core/rng.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lsk3d {
namespace {

// Known answers published with the Random123 library for philox4x32-10.
TEST(Philox, MatchesThePublishedKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, ResumesFromItsPosition) {
  Rng a(7, 3);
  for (int i = 0; i < 13; ++i) a.next_u32();
  Rng b(7, 3);
  b.seek(a.position());
  for (int i = 0; i < 9; ++i) EXPECT_EQ(a.next_u32(), b.next_u32());
}

TEST(Rng, StreamsDiffer) {
  EXPECT_NE(Rng(1, 0).next_u64(), Rng(1, 1).next_u64());
  EXPECT_NE(Rng(1, 0).next_u64(), Rng(2, 0).next_u64());
}

TEST(Rng, UniformAndNormalHaveTheirMoments) {
  Rng rng(42);
  double sum = 0, sum2 = 0, nsum = 0, nsum2 = 0;
  constexpr int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform(), g = rng.normal();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u, sum2 += u * u, nsum += g, nsum2 += g * g;
  }
  EXPECT_NEAR(sum / n, 0.5, 0.01);
  EXPECT_NEAR(sum2 / n, 1.0 / 3, 0.01);
  EXPECT_NEAR(nsum / n, 0, 0.02);
  EXPECT_NEAR(nsum2 / n, 1, 0.02);
}

TEST(Rng, BelowStaysBelowAndReachesAll) {
  Rng rng(5);
  int counts[7] = {};
  for (int i = 0; i < 7000; ++i) ++counts[rng.below(7)];
  for (int count : counts) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(rng.below(1), 0u);
}

}  // namespace
}  // namespace lsk3d
