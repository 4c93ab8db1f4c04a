// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// Unpacks a raw deflate stream that must give exactly `size` bytes; `what` opens the DataError
/// where it does not, or where `packed` is too short to ever hold that much.
std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, std::uint64_t size,
                                   const std::string& what);

}  // namespace lsk3d
