// SPDX-License-Identifier: MIT
#include "lsk3d/data/cloud_format.h"

#include <charconv>
#include <cmath>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::size_t kMostColumns = 256;
constexpr const char* kExample = " (examples: x,y,z,intensity,ring:u16 or 5 or 4:f64)";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text + separator) {
    if (c == separator) parts.push_back(part), part.clear();
    else if (c != ' ' && c != '[' && c != ']') part += c;
  }
  return parts;
}

/// "5" -> 5; 0 where `text` is no number.
std::size_t count_of(const std::string& text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

}  // namespace

std::vector<RawColumn> parse_columns(const std::string& text, const std::string& what) {
  if (text == "auto") return {};
  std::vector<RawColumn> columns;
  for (const std::string& item : split(text, ',')) {
    const auto colon = item.find(':');
    const std::string name = item.substr(0, colon);
    NumberType type = NumberType::f32;
    if (colon != std::string::npos) {
      const auto parsed = parse_number_type(item.substr(colon + 1));
      LSK3D_CHECK(parsed, UsageError, what, ": expected a type such as f32, f64, u8 or u16 behind '",
                  name, ":', found '", item.substr(colon + 1), "'", kExample);
      type = *parsed;
    }
    LSK3D_CHECK(!name.empty(), UsageError, what, ": expected names of columns, found '", text, "'",
                kExample);
    const std::size_t count = count_of(name);
    if (count == 0) {
      columns.push_back({name, type});
      continue;
    }
    LSK3D_CHECK(count >= 3 && count <= kMostColumns, UsageError, what, ": expected 3 to ",
                kMostColumns, " columns, found ", count, kExample);
    const char* names[] = {"x", "y", "z", "remission"};
    for (std::size_t i = 0; i < count; ++i) columns.push_back({i < 4 ? names[i] : "_", type});
  }
  LSK3D_CHECK(columns.size() >= 3 && columns.size() <= kMostColumns, UsageError, what,
              ": expected 3 to ", kMostColumns, " columns, x, y and z among them, found ",
              columns.size(), kExample);
  for (const char* axis : {"x", "y", "z"}) {
    int found = 0;
    for (const RawColumn& column : columns) found += column.name == axis;
    LSK3D_CHECK(found == 1, UsageError, what, ": expected one column '", axis, "', found ", found,
                " in '", text, "'", kExample);
  }
  return columns;
}

std::optional<double> parse_remission_scale(const std::string& text, const std::string& what) {
  if (text == "auto") return std::nullopt;
  double scale = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), scale);
  LSK3D_CHECK(error == std::errc() && end == text.data() + text.size() && scale >= 1e-6 &&
                  scale <= 1e9,
              UsageError, what,
              ": expected auto or a number from 1e-6 to 1e9 that remission is divided by, such as 255, found "
              "'",
              text, "'");
  return scale;
}

}  // namespace lsk3d
