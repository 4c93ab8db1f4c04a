// SPDX-License-Identifier: MIT
#include <charconv>

#include "lsk3d/core/check.h"
#include "lsk3d/data/label_map.h"

namespace lsk3d {
namespace {

/// In double quotes, for names with any character in them.
std::string quoted(const std::string& text) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += std::string("\\") + c;
    else if (byte < 0x20 || byte == 0x7F)
      out += std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 15];
    else out += c;
  }
  return out + "\"";
}

std::string exact(double value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

}  // namespace

std::string to_yaml(const LabelMap& map) {
  std::string text = "name: " + quoted(map.name) + "\nclasses:\n";
  for (std::size_t c = 0; c < map.class_names.size(); ++c) {
    text += str_cat("  - {name: ", quoted(map.class_names[c]), ", raw: ", map.to_raw[c]);
    if (c < map.colors.size())
      text += str_cat(", color: [", int{map.colors[c][0]}, ", ", int{map.colors[c][1]}, ", ",
                      int{map.colors[c][2]}, "]");
    if (!map.point_counts.empty()) text += ", points: " + exact(map.point_counts[c]);
    text += "}\n";
  }
  text += "raw:\n";
  for (const auto& [raw, label] : map.to_class) text += str_cat("  ", raw, ": ", label, "\n");
  return text;
}

}  // namespace lsk3d
