// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lsk3d {

/// Extents of a tensor, slowest dimension first. {} is a scalar.
using Shape = std::vector<std::int64_t>;

/// Number of elements. Throws UsageError on a negative extent or on overflow of 64 bits.
std::int64_t numel(const Shape& shape);

/// "[90121, 64]".
std::string to_string(const Shape& shape);

}  // namespace lsk3d
