// SPDX-License-Identifier: MIT
// What the point formats share: rows of numbers of mixed types, turned into f32.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "byte_cursor.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d {

enum class NumberType { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };
std::size_t size_of(NumberType type);

/// One number at any alignment, as f32.
float number_as_f32(const std::byte* from, NumberType type, bool big_endian);

/// Where one number of each row lies.
struct Column {
  NumberType type = NumberType::f32;
  std::size_t offset = 0;  // of the first row
  std::size_t stride = 0;  // from row to row
};

/// f32 [rows, columns] from binary data whose bounds the caller has checked.
Tensor binary_rows(std::span<const std::byte> bytes, std::int64_t rows,
                   const std::vector<Column>& columns, bool big_endian);

/// f32 [rows, keep.count(true)] from white-space separated text, one token per column. Throws
/// DataError naming the file and the row on a token that is no number.
Tensor text_rows(ByteCursor& in, std::uint64_t rows, const std::vector<bool>& keep);

/// Decimal text to a count. Throws DataError that opens with `what`.
std::uint64_t parse_count(std::string_view text, const std::string& what);

/// Words between blanks.
std::vector<std::string_view> split_words(std::string_view line);

}  // namespace lsk3d
