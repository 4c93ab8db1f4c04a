// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "byte_cursor.h"
#include "lsk3d/io/number_type.h"

namespace lsk3d {

struct PcdField {
  std::string name;
  NumberType type = NumberType::f32;
  std::uint64_t count = 1;

  bool is_padding() const { return name == "_"; }
};

enum class PcdEncoding { ascii, binary, compressed };

struct PcdHeader {
  std::vector<PcdField> fields;
  std::uint64_t row_bytes = 0, row_numbers = 0;  // of a point, padding among them
  std::optional<std::uint64_t> points;           // as POINTS says
  std::optional<std::uint64_t> area;  // WIDTH times HEIGHT, 2^64 - 1 where that overflows
  PcdEncoding encoding = PcdEncoding::ascii;
};

/// Reads up to and including the DATA line. Keys may be of any case, in any order; COLUMNS means
/// FIELDS; without SIZE, TYPE and COUNT a field is one f32; unknown lines are passed over.
PcdHeader read_pcd_header(ByteCursor& in);

}  // namespace lsk3d
