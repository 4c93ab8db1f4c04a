// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "byte_cursor.h"
#include "lsk3d/io/number_type.h"

namespace lsk3d {

struct PlyProperty {
  std::string name;
  NumberType type = NumberType::f32;  // of a list: its elements'
  std::optional<NumberType> count;    // lists alone: the type of the number of elements
};

struct PlyElement {
  std::string name;
  std::uint64_t count = 0;
  std::vector<PlyProperty> properties;

  bool has_list() const;
  /// The fewest bytes that a binary row takes: all of them where there is no list.
  std::uint64_t row_bytes() const;
};

enum class PlyEncoding { ascii, little_endian, big_endian };

struct PlyHeader {
  PlyEncoding encoding = PlyEncoding::ascii;
  std::vector<PlyElement> elements;
};

PlyHeader read_ply_header(ByteCursor& in);

}  // namespace lsk3d
