// SPDX-License-Identifier: MIT
// What the point formats share: rows of numbers of mixed types, turned into a table.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "byte_cursor.h"
#include "lsk3d/io/point_table.h"

namespace lsk3d {

/// Most numbers that a point may have: more is damage.
inline constexpr std::uint64_t kMostColumns = 1 << 16;

/// Builds a table number by number, row after row.
class TableFiller {
 public:
  /// The caller has checked that the file can hold so many rows. `names` may be empty.
  TableFiller(std::vector<std::string> names, std::vector<NumberType> types, std::int64_t rows);
  /// The next number; to be called rows * columns times.
  void add(double number) {
    *next_++ = static_cast<float>(number);
    if (double*& wide = next_wide_[column_]; wide != nullptr) *wide++ = number;
    if (++column_ == next_wide_.size()) column_ = 0;
  }
  PointTable take();

 private:
  PointTable table_;
  float* next_ = nullptr;
  std::vector<double*> next_wide_;  // null where f32 is enough
  std::size_t column_ = 0;
};

/// Where one number of each row lies.
struct Column {
  NumberType type = NumberType::f32;
  std::size_t offset = 0;  // of the first row
  std::size_t stride = 0;  // from row to row
  bool big_endian = false;
};

/// A table from binary data whose bounds the caller has checked.
PointTable binary_rows(std::span<const std::byte> bytes, std::int64_t rows,
                       std::vector<std::string> names, const std::vector<Column>& columns);

/// Numbers as text, row after row.
class TextRows {
 public:
  /// Reads on from where `in` stands. Throws DataError unless that many rows of at least `numbers`
  /// numbers each can lie in the text.
  TextRows(ByteCursor& in, std::uint64_t rows, std::uint64_t numbers);

  /// The next number. Throws DataError naming file and row where there is none.
  double number();
  /// Passes over `count` words.
  void skip(std::uint64_t count);
  /// To be called after each row. Throws DataError where its line holds more.
  void end_row();
  /// Moves `in` to behind what was read.
  void finish();

 private:
  std::string_view word();

  ByteCursor& in_;
  std::string_view text_;  // what is left
  std::uint64_t row_ = 0;
};

}  // namespace lsk3d
