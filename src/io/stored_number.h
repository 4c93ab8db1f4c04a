// SPDX-License-Identifier: MIT
// Single numbers of any type, alignment and byte order.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "half.h"
#include "lsk3d/io/number_type.h"

namespace lsk3d {

/// `use` with the number at `from` in its own type (f16 as float).
template <typename F>
auto visit_number(const std::byte* from, NumberType type, bool big_endian, F&& use) {
  const auto load = [&]<typename T>(T) {
    std::array<std::byte, sizeof(T)> bytes;
    std::copy_n(from, sizeof(T), bytes.begin());
    if (big_endian) std::reverse(bytes.begin(), bytes.end());
    return std::bit_cast<T>(bytes);
  };
  switch (type) {
    case NumberType::i8:
      return use(load(std::int8_t{}));
    case NumberType::u8:
      return use(load(std::uint8_t{}));
    case NumberType::i16:
      return use(load(std::int16_t{}));
    case NumberType::u16:
      return use(load(std::uint16_t{}));
    case NumberType::i32:
      return use(load(std::int32_t{}));
    case NumberType::u32:
      return use(load(std::uint32_t{}));
    case NumberType::i64:
      return use(load(std::int64_t{}));
    case NumberType::u64:
      return use(load(std::uint64_t{}));
    case NumberType::f16:
      return use(to_float(load(Half{})));
    case NumberType::f32:
      return use(load(float{}));
    case NumberType::f64:
      break;
  }
  return use(load(double{}));
}

inline double number_at(const std::byte* from, NumberType type, bool big_endian) {
  return visit_number(from, type, big_endian,
                      [](auto number) { return static_cast<double>(number); });
}

}  // namespace lsk3d
