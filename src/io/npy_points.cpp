// SPDX-License-Identifier: MIT
#include "lsk3d/io/npy_points.h"

#include "lsk3d/io/file.h"
#include "npy_header.h"
#include "point_rows.h"
#include "stored_number.h"

namespace lsk3d {
namespace {

TableFiller table_for(const NpyHeader& header, const std::string& path) {
  std::vector<std::string> names;
  std::vector<NumberType> types;
  if (header.structured) {
    for (const NpyField& field : header.fields) {
      names.push_back(field.name);
      types.push_back(field.type);
    }
    return {std::move(names), std::move(types), numel(header.shape)};
  }
  LSK3D_CHECK(header.shape.size() == 2, DataError, path,
              ": expected an array [points, columns], found shape ", to_string(header.shape),
              "; reshape it first");
  const std::int64_t columns = header.shape[1];
  LSK3D_CHECK(columns > 0 && columns <= static_cast<std::int64_t>(kMostColumns), DataError, path,
              ": expected 1 to ", kMostColumns, " numbers a point, found shape ",
              to_string(header.shape), "; reshape it first");
  types.assign(static_cast<std::size_t>(columns), header.fields[0].type);
  return {std::move(names), std::move(types), header.shape[0]};
}

}  // namespace

PointTable read_npy_points(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  ByteCursor in(bytes, path);
  const NpyHeader header = read_npy_header(in);
  TableFiller filler = table_for(header, path);
  const std::span<const std::byte> data = in.take(in.remaining(), "elements");
  header.for_each_element([&](std::size_t place) {
    const std::byte* element = data.data() + place * header.element_bytes;
    for (const NpyField& field : header.fields)
      filler.add(number_at(element + field.offset, field.type, field.big_endian));
  });
  return filler.take();
}

}  // namespace lsk3d
