// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "byte_cursor.h"
#include "lsk3d/core/shape.h"
#include "lsk3d/io/number_type.h"

namespace lsk3d {

/// One number of an element.
struct NpyField {
  std::string name;  // "" in an array without fields
  NumberType type = NumberType::f32;
  bool big_endian = false;
  std::uint64_t offset = 0;  // in the element
};

struct NpyHeader {
  std::vector<NpyField> fields;  // exactly one where the array is not structured
  bool structured = false;
  std::uint64_t element_bytes = 0;
  bool fortran_order = false;
  Shape shape;

  /// Calls `use` with the place in the file, in elements, of each element in C order.
  template <typename F>
  void for_each_element(F&& use) const;
};

/// Reads magic number and header, Python 2's too. Leaves `in` at the elements, and has checked that
/// they take all the rest of the file. Dates count as i64. Throws DataError on objects, nested
/// structures, and arrays without a number.
NpyHeader read_npy_header(ByteCursor& in);

template <typename F>
void NpyHeader::for_each_element(F&& use) const {
  const std::size_t rank = shape.size();
  const std::int64_t total = numel(shape);
  if (!fortran_order || rank < 2) {
    for (std::int64_t i = 0; i < total; ++i) use(static_cast<std::size_t>(i));
    return;
  }
  std::vector<std::int64_t> index(rank, 0), strides(rank, 1);
  for (std::size_t d = 1; d < rank; ++d) strides[d] = strides[d - 1] * shape[d - 1];
  std::int64_t place = 0;
  for (std::int64_t i = 0; i < total; ++i) {
    use(static_cast<std::size_t>(place));
    for (std::size_t d = rank; d-- > 0;) {
      place += strides[d];
      if (++index[d] < shape[d]) break;
      place -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

}  // namespace lsk3d
