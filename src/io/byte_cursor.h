// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lsk3d/core/check.h"

namespace lsk3d {

static_assert(std::endian::native == std::endian::little,
              "file formats are read and written by copying little-endian values");

/// Walks over bytes that nobody has checked yet: a step past the end is a DataError that names the
/// file and the thing that was to be read. The bytes must outlive the cursor.
class ByteCursor {
 public:
  ByteCursor(std::span<const std::byte> bytes, std::string path)
      : bytes_(bytes), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::size_t position() const { return position_; }
  std::size_t size() const { return bytes_.size(); }
  std::size_t remaining() const { return bytes_.size() - position_; }

  void seek(std::uint64_t position, const char* what) {
    LSK3D_CHECK(position <= bytes_.size(), DataError, path_, ": ", what, " lies at byte ", position,
                ", but the file ends at ", bytes_.size(), "; it is cut short or damaged");
    position_ = static_cast<std::size_t>(position);
  }

  std::span<const std::byte> take(std::uint64_t count, const char* what) {
    LSK3D_CHECK(count <= remaining(), DataError, path_, ": ", what, " at byte ", position_,
                " takes ", count, " bytes, but ", remaining(),
                " are left; the file is cut short or damaged");
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  /// A little-endian number, at any alignment.
  template <typename T>
  T read(const char* what) {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }

  std::string_view text(std::uint64_t count, const char* what) {
    const auto bytes = take(count, what);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  /// Up to the next '\n', which is passed over, without a '\r' before it.
  std::string_view line(const char* what) {
    const std::string_view rest{reinterpret_cast<const char*>(bytes_.data()) + position_,
                                remaining()};
    const std::size_t end = rest.find('\n');
    LSK3D_CHECK(end != std::string_view::npos, DataError, path_, ": ", what, " at byte ", position_,
                " has no end of line; the file is cut short or damaged");
    position_ += end + 1;
    std::string_view found = rest.substr(0, end);
    if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
    return found;
  }

 private:
  std::span<const std::byte> bytes_;
  std::string path_;
  std::size_t position_ = 0;
};

}  // namespace lsk3d
