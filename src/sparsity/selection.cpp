// SPDX-License-Identifier: MIT
#include "selection.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

/// The bits of a float >= 0 rise with its value; with the unit below them all keys differ.
std::uint64_t rank_key(float score, std::uint32_t unit, bool largest_first) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &score, sizeof bits);
  bits &= 0x7FFFFFFFu;  // -0 is 0
  if (largest_first) bits = ~bits;
  return std::uint64_t{bits} << 32 | unit;
}

UnitList select(const std::vector<float>& scores, UnitList candidates, std::int64_t count,
                bool largest_first) {
  const auto wanted = static_cast<std::size_t>(count);
  LSK3D_ASSERT(wanted <= candidates.size(), count, " of ", candidates.size(), " units");
  if (wanted == candidates.size()) return candidates;
  std::vector<std::uint64_t> keys(candidates.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i] = rank_key(scores[candidates[i]], candidates[i], largest_first);
  std::nth_element(keys.begin(), keys.begin() + count, keys.end());
  candidates.resize(wanted);
  for (std::size_t i = 0; i < wanted; ++i) candidates[i] = static_cast<std::uint32_t>(keys[i]);
  return candidates;
}

}  // namespace

UnitList units_where(const std::vector<std::uint8_t>& kept, std::uint8_t value) {
  UnitList units(kept.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    units[count] = static_cast<std::uint32_t>(i);  // without a branch: masks are random
    count += kept[i] == value;
  }
  units.resize(count);
  return units;
}

UnitList smallest(const std::vector<float>& scores, UnitList candidates, std::int64_t count) {
  return select(scores, std::move(candidates), count, false);
}

UnitList largest(const std::vector<float>& scores, UnitList candidates, std::int64_t count) {
  return select(scores, std::move(candidates), count, true);
}

UnitList any(UnitList candidates, std::int64_t count, Rng& rng) {
  const auto wanted = static_cast<std::size_t>(count);
  LSK3D_ASSERT(wanted <= candidates.size(), count, " of ", candidates.size(), " units");
  for (std::size_t i = 0; i < wanted; ++i)  // the front of a Fisher-Yates shuffle
    std::swap(candidates[i], candidates[i + rng.below(candidates.size() - i)]);
  candidates.resize(wanted);
  return candidates;
}

}  // namespace lsk3d
