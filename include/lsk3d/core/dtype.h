// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace lsk3d {

/// Element types. bf16 is storage only: ops compute in f32 or f64.
enum class DType { f32, f64, bf16, i32, i64, u8 };

/// Bytes of one element.
constexpr std::size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::i32: return 4;
    case DType::f64:
    case DType::i64: return 8;
    case DType::bf16: return 2;
    case DType::u8: return 1;
  }
  return 0;
}

/// "f32", "f64", "bf16", "i32", "i64" or "u8".
std::string to_string(DType dtype);

/// bfloat16 as stored: the upper half of an IEEE float32.
struct BFloat16 {
  std::uint16_t bits = 0;
};
/// Rounds to nearest even; NaN stays NaN.
BFloat16 to_bfloat16(float value);
float to_float(BFloat16 value);

template <typename T>
constexpr DType dtype_of() {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<U, float>) return DType::f32;
  else if constexpr (std::is_same_v<U, double>) return DType::f64;
  else if constexpr (std::is_same_v<U, BFloat16>) return DType::bf16;
  else if constexpr (std::is_same_v<U, std::int32_t>) return DType::i32;
  else if constexpr (std::is_same_v<U, std::int64_t>) return DType::i64;
  else {
    static_assert(std::is_same_v<U, std::uint8_t>, "no DType for this element type");
    return DType::u8;
  }
}

}  // namespace lsk3d
