// SPDX-License-Identifier: MIT
// The types of numbers that point files store.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lsk3d {

enum class NumberType { i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64 };

/// Bytes of one number.
std::size_t size_of(NumberType type);
bool is_integer(NumberType type);
/// True where f32 holds every value of the type exactly.
bool fits_f32(NumberType type);

/// "f32", "u8", …
std::string to_string(NumberType type);

/// `kind` 'i', 'u' or 'f' and a size in bytes; nothing where there is no such type.
std::optional<NumberType> number_type(char kind, std::uint64_t bytes);

/// The type of a name as people write it, case aside: bits ("f32", "u8"), C ("float", "uchar"),
/// long
/// ("float32", "uint8") or NumPy's ("<f4", "|u1", "f4"). A bare "i8" and "u8" are of 8 bits, as
/// everything here; NumPy's own of 8 bytes are "<i8" and "<u8". Nothing for other text, big-endian
/// types (">f4") among it.
std::optional<NumberType> parse_number_type(std::string_view name);

}  // namespace lsk3d
