// SPDX-License-Identifier: MIT
#include "lsk3d/io/raw_points.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "lsk3d/io/file.h"
#include "point_rows.h"
#include "stored_number.h"

namespace lsk3d {
namespace {

constexpr std::size_t kFewestRows = 64;  // fewer tell nothing of variances
constexpr std::size_t kSampledRows = 4096;
constexpr double kFarthest = 1e4, kNearest = 1e-3;  // metres of a coordinate that is not zero

/// What the sampled numbers of one column are like.
struct ColumnStatistics {
  double count = 0, sum = 0, squares = 0;
  double far = 0, near = 0;  // no coordinate is so large; few are so small, yet not zero

  void add(double number) {
    if (std::isnan(number)) return;
    constexpr double kLargest = 1e15;  // so that garbage has a variance, too
    const double held = std::clamp(number, -kLargest, kLargest);
    count += 1;
    sum += held;
    squares += held * held;
    far += std::abs(number) > kFarthest;
    near += number != 0 && std::abs(number) < kNearest;
  }
  double variance() const {
    return count > 0 ? std::max(0.0, squares / count - sum / count * (sum / count)) : 0;
  }
  bool can_be_coordinate() const { return far <= 0.01 * count && near <= 0.1 * count; }
};

/// Nothing where the rows are no cloud.
std::optional<RawLayout> judge(std::span<const std::byte> bytes, NumberType type,
                               std::size_t columns) {
  const std::size_t size = size_of(type), row = columns * size;
  if (bytes.size() % row != 0 || bytes.size() / row < kFewestRows) return std::nullopt;
  const std::size_t rows = bytes.size() / row, sampled = std::min(rows, kSampledRows);
  std::vector<ColumnStatistics> statistics(columns);
  for (std::size_t i = 0; i < sampled; ++i) {
    const std::byte* from = bytes.data() + i * rows / sampled * row;
    for (std::size_t c = 0; c < columns; ++c)
      statistics[c].add(number_at(from + c * size, type, false));
  }
  constexpr double kLeastVariance = 1e-6;  // of x and y, and what a constant column counts as
  for (std::size_t c = 0; c < 3; ++c)
    if (!statistics[c].can_be_coordinate() || (c < 2 && statistics[c].variance() < kLeastVariance))
      return std::nullopt;
  RawLayout layout{type, columns, 0};
  for (const ColumnStatistics& s : statistics)
    layout.spread += std::log(std::max(kLeastVariance, s.variance()));
  layout.spread /= static_cast<double>(columns);
  return layout;
}

}  // namespace

std::size_t row_bytes(const std::vector<RawColumn>& columns) {
  std::size_t bytes = 0;
  for (const RawColumn& column : columns) bytes += size_of(column.type);
  return bytes;
}

std::string to_string(const RawLayout& layout) {
  return str_cat(layout.columns, " columns of ", to_string(layout.type));
}

std::string as_description(const RawLayout& layout) {
  return str_cat(layout.columns,
                 layout.type == NumberType::f32 ? "" : ":" + to_string(layout.type));
}

std::vector<RawLayout> fitting_layouts(std::span<const std::byte> bytes) {
  std::vector<RawLayout> layouts;
  for (const NumberType type : {NumberType::f32, NumberType::f64})
    for (std::size_t columns = 3; columns <= 10; ++columns) {
      const auto layout = judge(bytes, type, columns);
      if (!layout) continue;
      constexpr double kAsGood = 0.25;
      const bool is_multiple =
          std::any_of(layouts.begin(), layouts.end(), [&](const RawLayout& less) {
            return less.type == type && columns % less.columns == 0 &&
                   less.spread < layout->spread + kAsGood;
          });
      if (!is_multiple) layouts.push_back(*layout);
    }
  std::stable_sort(layouts.begin(), layouts.end(),
                   [](const RawLayout& a, const RawLayout& b) { return a.spread < b.spread; });
  return layouts;
}

PointTable read_raw_points(const std::string& path, const std::vector<RawColumn>& columns) {
  LSK3D_CHECK(!columns.empty(), UsageError, path, ": no columns given for rows of numbers");
  const std::vector<std::byte> bytes = read_file(path);
  const std::size_t row = row_bytes(columns);
  std::string listed;
  std::vector<std::string> names;
  std::vector<Column> places;
  std::size_t offset = 0;
  for (const RawColumn& column : columns) {
    listed += str_cat(listed.empty() ? "" : ", ", column.name, " ", to_string(column.type));
    names.push_back(column.name);
    places.push_back({column.type, offset, row});
    offset += size_of(column.type);
  }
  LSK3D_CHECK(!bytes.empty(), DataError, path, ": expected ", row, "-byte rows (", listed,
              "), found an empty file; copy or download it again");
  if (bytes.size() % row != 0) {
    const auto layouts = fitting_layouts(bytes);
    throw DataError(str_cat(path, ": expected a whole number of ", row, "-byte rows (", listed,
                            "), found ", bytes.size(), " bytes; ",
                            layouts.empty() ? "the file is cut short or has other columns; name "
                                              "them with --columns (data.columns)"
                                            : str_cat("they look like ", to_string(layouts[0]),
                                                      "; read it with --columns ",
                                                      as_description(layouts[0]),
                                                      " (data.columns)")));
  }
  return binary_rows(bytes, static_cast<std::int64_t>(bytes.size() / row), std::move(names),
                     places);
}

}  // namespace lsk3d
