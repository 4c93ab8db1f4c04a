// SPDX-License-Identifier: MIT
#include "printable.h"

#include <algorithm>

namespace lsk3d {

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 120;
  std::string shown(text.substr(0, kLongest));
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return "'" + shown + (text.size() > kLongest ? "…'" : "'");
}

}  // namespace lsk3d
