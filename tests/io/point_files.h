// SPDX-License-Identifier: MIT
// Small point files made by hand, and what is expected of them.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "io/hostile.h"
#include "lsk3d/io/point_table.h"

namespace lsk3d::testing_support {

using Names = std::vector<std::string>;

template <typename T>
std::string raw(T value, bool big_endian = false) {
  std::string bytes(reinterpret_cast<const char*>(&value), sizeof value);
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

inline PointTable parse(PointTable (*read)(const std::string&), const std::string& text) {
  const TemporaryFolder folder;
  overwrite(folder / "points", to_bytes(text));
  return read(folder / "points");
}

inline void expect_refused(PointTable (*read)(const std::string&), const std::string& text,
                           const std::string& expected) {
  const TemporaryFolder folder;
  overwrite(folder / "points", to_bytes(text));
  expect_data_error(read, folder / "points", expected);
}

/// NaN equals NaN.
inline void expect_values(const PointTable& table, const Names& names,
                          const std::vector<float>& values) {
  EXPECT_EQ(table.names, names);
  EXPECT_EQ(table.types.size(), names.size());
  ASSERT_EQ(table.values.numel(), static_cast<std::int64_t>(values.size()));
  EXPECT_EQ(table.values.dim(1), static_cast<std::int64_t>(names.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float found = table.values.data<float>()[i];
    EXPECT_TRUE(found == values[i] || (std::isnan(found) && std::isnan(values[i])))
        << "number " << i << ": expected " << values[i] << ", found " << found;
  }
}

/// The text with Windows' line ends.
inline std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? "\r\n" : std::string(1, c);
  return result;
}

}  // namespace lsk3d::testing_support
