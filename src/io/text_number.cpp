// SPDX-License-Identifier: MIT
#include "text_number.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "lsk3d/core/check.h"
#include "printable.h"

namespace lsk3d {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Microsoft's "1.#INF", "1.#QNAN", "1.#IND", padded with zeros to the precision asked for.
bool parse_microsoft(std::string_view word, double& value) {
  if (!word.starts_with("1.#")) return false;
  word.remove_prefix(3);
  while (word.ends_with('0')) word.remove_suffix(1);
  std::string upper(word);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const bool infinite = upper == "INF";
  value = infinite ? kInfinity : std::numeric_limits<double>::quiet_NaN();
  return infinite || upper == "QNAN" || upper == "SNAN" || upper == "IND";
}

/// True where a decimal number that no double holds is too large rather than too small.
bool is_large(std::string_view digits) {
  const std::size_t e = digits.find_first_of("eE");
  const std::string_view fraction = digits.substr(0, e);
  long long exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view text = digits.substr(e + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (parsed.ec != std::errc()) return !text.starts_with('-');
  }
  const auto first = static_cast<long long>(fraction.find_first_of("123456789"));
  const auto point = static_cast<long long>(std::min(fraction.find('.'), fraction.size()));
  return exponent + point - first > 0;
}

}  // namespace

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::string_view word; !(word = next_word(line)).empty();) words.push_back(word);
  return words;
}

bool parse_number(std::string_view word, double& value) {
  const bool negative = word.starts_with('-');
  if (negative || word.starts_with('+')) word.remove_prefix(1);
  if (word.starts_with('-')) return false;
  const char* const last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data(), last, value);
  if (error == std::errc::result_out_of_range && end == last)
    value = is_large(word) ? kInfinity : 0;
  else if ((error != std::errc() || end != last) && !parse_microsoft(word, value)) return false;
  if (negative) value = -value;
  return true;
}

std::uint64_t parse_count(std::string_view text, const std::string& what) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  LSK3D_CHECK(error == std::errc() && end == text.data() + text.size(), DataError, what,
              ": expected a count, found ", printable(text), "; the file is damaged");
  return value;
}

}  // namespace lsk3d
