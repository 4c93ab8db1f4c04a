// SPDX-License-Identifier: MIT
#include "lsk3d/data/benchmark_scans.h"

#include <array>

namespace lsk3d {
namespace {

constexpr std::array<std::int64_t, 22> kScans{4541, 1101, 4661, 801,  271,  2761, 1101, 1101,
                                              4071, 1591, 1201, 921,  1061, 3281, 631,  1901,
                                              1731, 491,  1801, 4981, 831,  2721};

constexpr std::int64_t test_scans() {
  std::int64_t sum = 0;
  for (std::size_t s = kFirstTestSequence; s <= kLastTestSequence; ++s) sum += kScans[s];
  return sum;
}
static_assert(test_scans() == kBenchmarkTestScans);

}  // namespace

std::int64_t benchmark_scans(const std::string& sequence) {
  if (sequence.size() != 2 || sequence.find_first_not_of("0123456789") != std::string::npos) return 0;
  const auto number = static_cast<std::size_t>(10 * (sequence[0] - '0') + (sequence[1] - '0'));
  return number < kScans.size() ? kScans[number] : 0;
}

}  // namespace lsk3d
