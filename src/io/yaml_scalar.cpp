// SPDX-License-Identifier: MIT
#include "lsk3d/io/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace lsk3d {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Whole numbers in base 16, 8 or 2; nothing where `digits` are none of it.
std::optional<double> whole(std::string_view digits, int base) {
  unsigned long long value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || rest != end) return std::nullopt;
  return static_cast<double>(value);
}

/// `text` without the underscores between its digits; an underscore elsewhere stays.
std::string without_separators(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separates = text[i] == '_' && i > 0 && i + 1 < text.size() &&
                           is_hex_digit(text[i - 1]) && is_hex_digit(text[i + 1]);
    if (!separates) plain += text[i];
  }
  return plain;
}

std::optional<double> magnitude(std::string_view text) {
  if (is_one_of(text, {".inf", ".Inf", ".INF"})) return std::numeric_limits<double>::infinity();
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return std::nullopt;
  const std::string plain = without_separators(text);
  for (const auto& [prefix, base] : {std::pair{"0x", 16}, {"0o", 8}, {"0b", 2}})
    if (plain.starts_with(prefix)) return whole(std::string_view(plain).substr(2), base);
  double value = 0;
  const char* end = plain.data() + plain.size();
  const auto [rest, error] = std::from_chars(plain.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<bool> yaml_bool(const std::string& text) {
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}))
    return true;
  if (is_one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"}))
    return false;
  return std::nullopt;
}

std::optional<double> yaml_number(const std::string& text) {
  const bool sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  const std::optional<double> value = magnitude(std::string_view(text).substr(sign ? 1 : 0));
  return value && text[0] == '-' ? -*value : value;
}

}  // namespace lsk3d
