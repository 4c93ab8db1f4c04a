// SPDX-License-Identifier: MIT
#include "lsk3d/data/sequence_names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kMostOfRange = 100000;

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 9 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

std::int64_t number_of(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string padded(std::int64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  return std::string(digits > text.size() ? digits - text.size() : 0, '0') + text;
}

/// Nothing that leads out of the data folder.
bool is_folder_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string("/\\:\0", 4)) == std::string::npos;
}

void add_item(const std::string& item, const std::string& what, std::vector<std::string>& names) {
  const auto colon = item.find(':');
  const std::string first = item.substr(0, colon);
  if (colon == std::string::npos) {
    LSK3D_CHECK(is_folder_name(item), UsageError, what,
                ": expected names of sequence folders and ranges of numbers, as in 03,11:21, found '",
                item, "'");
    names.push_back(item);
    return;
  }
  const std::string last = item.substr(colon + 1);
  LSK3D_CHECK(is_number(first) && is_number(last) && number_of(first) <= number_of(last) &&
                  number_of(last) - number_of(first) < kMostOfRange,
              UsageError, what, ": expected a range of up to ", kMostOfRange,
              " numbers that rises, as in 11:21, found '",
              item, "'");
  for (std::int64_t i = number_of(first); i <= number_of(last); ++i)
    names.push_back(padded(i, first.size()));
}

}  // namespace

std::vector<std::string> parse_sequence_names(const std::string& text, const std::string& what) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string item = text.substr(begin, end - begin);
    item.erase(0, std::min(item.find_first_not_of(' '), item.size()));
    item.erase(item.find_last_not_of(' ') + 1);
    add_item(item, what, names);
    begin = end + 1;
  }
  return names;
}

std::string find_sequence(const std::string& name, const std::vector<std::string>& existing) {
  if (std::find(existing.begin(), existing.end(), name) != existing.end()) return name;
  if (!is_number(name)) return "";
  std::string found;
  for (const std::string& folder : existing) {
    if (!is_number(folder) || number_of(folder) != number_of(name)) continue;
    LSK3D_CHECK(found.empty(), UsageError, "sequence ", name, ": both ", found, " and ", folder,
                " are there; give the folder's full name");
    found = folder;
  }
  return found;
}

}  // namespace lsk3d
