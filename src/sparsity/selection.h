// SPDX-License-Identifier: MIT
// Choosing units: linear time, and the same choice whatever the library's nth_element does inside.
#pragma once
#include <cstdint>
#include <vector>

#include "lsk3d/core/rng.h"

namespace lsk3d {

using UnitList = std::vector<std::uint32_t>;

/// Units where kept[i] == value, increasing.
UnitList units_where(const std::vector<std::uint8_t>& kept, std::uint8_t value);

/// The `count` of `candidates` with the smallest (largest) scores; of equal ones the first. Scores
/// are
/// >= 0; NaN counts as largest.
UnitList smallest(const std::vector<float>& scores, UnitList candidates, std::int64_t count);
UnitList largest(const std::vector<float>& scores, UnitList candidates, std::int64_t count);

/// `count` of `candidates`, each set of them equally likely.
UnitList any(UnitList candidates, std::int64_t count, Rng& rng);

}  // namespace lsk3d
