// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// Packs bytes by how often each value occurs (raw deflate, Huffman codes alone): for data without
/// repetitions, such as the exponents of weights. The same bytes give the same result.
std::vector<std::byte> deflate_bytes(std::span<const std::byte> bytes);

/// The inverse; must give exactly `size` bytes. Throws DataError that opens with `what` where it
/// does not.
std::vector<std::byte> inflate_bytes(std::span<const std::byte> packed, std::uint64_t size,
                                     const std::string& what);

}  // namespace lsk3d
