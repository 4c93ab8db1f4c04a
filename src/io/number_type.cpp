// SPDX-License-Identifier: MIT
#include "lsk3d/io/number_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

namespace lsk3d {
namespace {

constexpr std::array<const char*, 11> kNames{"i8",  "u8",  "i16", "u16", "i32", "u32",
                                             "i64", "u64", "f16", "f32", "f64"};

std::size_t index_of(NumberType type) { return static_cast<std::size_t>(type); }

}  // namespace

std::size_t size_of(NumberType type) {
  constexpr std::array<std::size_t, 11> kSizes{1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
  return kSizes[index_of(type)];
}

bool is_integer(NumberType type) { return type < NumberType::f16; }

bool fits_f32(NumberType type) {
  return is_integer(type) ? size_of(type) <= 2 : type != NumberType::f64;
}

std::string to_string(NumberType type) { return kNames[index_of(type)]; }

std::optional<NumberType> number_type(char kind, std::uint64_t bytes) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto type = static_cast<NumberType>(i);
    if (kNames[i][0] == kind && size_of(type) == bytes) return type;
  }
  return std::nullopt;
}

std::optional<NumberType> parse_number_type(std::string_view name) {
  using enum NumberType;
  static const std::map<std::string_view, NumberType> words = {
      {"int8", i8},     {"char", i8},    {"uint8", u8},    {"uchar", u8},   {"bool", u8},
      {"int16", i16},   {"short", i16},  {"uint16", u16},  {"ushort", u16}, {"int32", i32},
      {"int", i32},     {"uint32", u32}, {"uint", u32},    {"int64", i64},  {"uint64", u64},
      {"float16", f16}, {"half", f16},   {"float32", f32}, {"float", f32},  {"float64", f64},
      {"double", f64}};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (const auto found = words.find(lower); found != words.end()) return found->second;
  const auto bits = std::find(kNames.begin(), kNames.end(), lower);
  if (bits != kNames.end()) return static_cast<NumberType>(bits - kNames.begin());
  std::string_view code = lower;  // NumPy's: byte order, kind, bytes
  if (!code.empty() && (code[0] == '<' || code[0] == '|' || code[0] == '=')) code.remove_prefix(1);
  if (code.size() != 2 || code[1] < '0' || code[1] > '9') return std::nullopt;
  if (code == "b1") return u8;
  return number_type(code[0], static_cast<std::uint64_t>(code[1] - '0'));
}

}  // namespace lsk3d
