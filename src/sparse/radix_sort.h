// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

namespace lsk3d {

/// Sorts `keys`, and `order` with them, by the lowest `bits` bits (0 … 64) of the keys. Stable, so
/// a key of several words is sorted word by word, the least significant one first.
void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::int32_t>& order, int bits);

}  // namespace lsk3d
