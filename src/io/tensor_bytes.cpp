// SPDX-License-Identifier: MIT
#include "tensor_bytes.h"

namespace lsk3d {

std::uint64_t declared_bytes(const Shape& shape, std::size_t element_size,
                             const std::string& what) {
  LSK3D_CHECK(shape.size() <= kMaxRank, DataError, what, ": expected at most ", kMaxRank,
              " dimensions, found ", shape.size(), "; the file is damaged");
  std::int64_t bytes = static_cast<std::int64_t>(element_size);
  bool overflow = false;
  for (const std::int64_t extent : shape) {
    LSK3D_CHECK(extent >= 0, DataError, what, ": shape ", to_string(shape),
                " has a negative extent; the file is damaged");
    overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
  }
  LSK3D_CHECK(!overflow, DataError, what, ": shape ", to_string(shape),
              " takes over 2^63 bytes; the file is damaged");
  return static_cast<std::uint64_t>(bytes);
}

std::span<const std::byte> bytes_of(const Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.raw()), tensor.bytes()};
}

std::span<std::byte> bytes_of(Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.raw()), tensor.bytes()};
}

}  // namespace lsk3d
