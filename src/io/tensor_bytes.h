// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Most dimensions a tensor in a file may have.
inline constexpr std::size_t kMaxRank = 32;

/// Bytes of a tensor that a file declares, for checks before it is allocated. Throws DataError that
/// opens with `what` on a negative extent, too many dimensions, or more than 2^63 bytes.
std::uint64_t declared_bytes(const Shape& shape, std::size_t element_size, const std::string& what);

/// The memory of a CPU tensor.
std::span<const std::byte> bytes_of(const Tensor& tensor);
std::span<std::byte> bytes_of(Tensor& tensor);

}  // namespace lsk3d
