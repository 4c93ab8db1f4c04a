// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace lsk3d {

/// CRC-32C (Castagnoli polynomial, RFC 3720).
std::uint32_t crc32c(std::span<const std::byte> bytes);
/// As the TFRecord format stores it: rotated and shifted, so that a CRC of CRCs stays sound.
std::uint32_t masked_crc32c(std::span<const std::byte> bytes);

}  // namespace lsk3d
