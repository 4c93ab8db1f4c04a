// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lsk3d {

/// Appends little-endian numbers and text to a buffer.
class ByteWriter {
 public:
  template <typename T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    append(&value, sizeof value);
  }
  void text(std::string_view text) { append(text.data(), text.size()); }
  void bytes(std::span<const std::byte> bytes) { append(bytes.data(), bytes.size()); }

  std::size_t size() const { return bytes_.size(); }
  std::span<const std::byte> view() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  void append(const void* from, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), first, first + count);
  }

  std::vector<std::byte> bytes_;
};

}  // namespace lsk3d
