// SPDX-License-Identifier: MIT
#include "lsk3d/core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace lsk3d {
namespace {

class Threads : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(0); }
};

TEST_P(Threads, CoverEveryIndexOnceInChunksOfTheGrain) {
  std::vector<int> hits(1003);
  parallel_for(1003, 10, [&](std::int64_t begin, std::int64_t end) {
    EXPECT_EQ(begin % 10, 0);
    EXPECT_LE(end - begin, 10);
    for (auto i = begin; i < end; ++i) ++hits[static_cast<std::size_t>(i)];
  });
  for (int hit : hits) EXPECT_EQ(hit, 1);
}

TEST_P(Threads, PassExceptionsOn) {
  EXPECT_THROW(parallel_for(100, 1, [](std::int64_t i, std::int64_t) {
                 if (i == 57) throw std::runtime_error("57");
               }),
               std::runtime_error);
  std::atomic<int> after{0};
  parallel_for(8, 1, [&](std::int64_t, std::int64_t) { ++after; });
  EXPECT_EQ(after, 8);
}

TEST_P(Threads, NestedLoopsRunInline) {
  std::atomic<int> count{0};
  parallel_for(4, 1, [&](std::int64_t, std::int64_t) {
    parallel_for(5, 1, [&](std::int64_t, std::int64_t) { ++count; });
  });
  EXPECT_EQ(count, 20);
}

INSTANTIATE_TEST_SUITE_P(OneTwoFour, Threads, testing::Values(1, 2, 4));

TEST(Parallel, EmptyRangeCallsNothing) {
  parallel_for(0, 1, [](std::int64_t, std::int64_t) { FAIL(); });
}

}  // namespace
}  // namespace lsk3d
