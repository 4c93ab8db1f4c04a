// SPDX-License-Identifier: MIT
#include "lsk3d/io/ply.h"

#include "lsk3d/io/file.h"
#include "ply_header.h"
#include "point_rows.h"
#include "printable.h"
#include "stored_number.h"

namespace lsk3d {
namespace {

/// In place of the table that an element's numbers go to.
TableFiller* const kDrop = nullptr;

std::uint64_t list_length(double count, const PlyProperty& list, const std::string& path) {
  LSK3D_CHECK(count >= 0 && count <= 0x1p53, DataError, path, ": list ", printable(list.name),
              ": expected a number of elements, found ", count, "; the file is damaged");
  return static_cast<std::uint64_t>(count);
}

void walk_text(TextRows& rows, const PlyElement& e, const std::string& path, TableFiller* filler) {
  for (std::uint64_t row = 0; row < e.count; ++row) {
    for (const PlyProperty& p : e.properties) {
      if (p.count) rows.skip(list_length(rows.number(), p, path));
      else if (filler != kDrop) filler->add(rows.number());
      else rows.skip(1);
    }
    if (filler != kDrop) rows.end_row();
  }
}

/// Row by row, as those with lists are of any length.
void walk_binary(ByteCursor& in, const PlyElement& e, bool big_endian, TableFiller* filler) {
  for (std::uint64_t row = 0; row < e.count; ++row)
    for (const PlyProperty& p : e.properties) {
      const NumberType type = p.count.value_or(p.type);
      const double number =
          number_at(in.take(size_of(type), "an element").data(), type, big_endian);
      if (p.count) {
        const std::uint64_t length = list_length(number, p, in.path());
        LSK3D_CHECK(length <= in.remaining() / size_of(p.type), DataError, in.path(), ": list ",
                    printable(p.name), " of row ", row, ": ", length,
                    " elements cannot lie in the ", in.remaining(),
                    " bytes that are left; the file is cut short or damaged");
        in.take(length * size_of(p.type), "a list");
      } else if (filler != kDrop) {
        filler->add(number);
      }
    }
}

void check_binary(const ByteCursor& in, const PlyElement& e) {
  const std::uint64_t bytes = e.row_bytes();
  LSK3D_CHECK(bytes > 0 && e.count <= in.remaining() / bytes, DataError, in.path(), ": element ",
              printable(e.name), ": ", e.count, " rows of ", e.has_list() ? "at least " : "", bytes,
              " bytes cannot lie in the ", in.remaining(),
              " bytes that are left; the file is cut short or damaged");
}

void pass_over(ByteCursor& in, const PlyElement& e, PlyEncoding encoding) {
  if (e.properties.empty()) return;
  if (encoding == PlyEncoding::ascii) {
    TextRows rows(in, e.count, e.properties.size());
    walk_text(rows, e, in.path(), kDrop);
    return rows.finish();
  }
  check_binary(in, e);
  if (e.has_list()) walk_binary(in, e, encoding == PlyEncoding::big_endian, kDrop);
  else in.take(e.count * e.row_bytes(), "rows");
}

PointTable read_vertices(ByteCursor& in, const PlyElement& e, PlyEncoding encoding) {
  std::vector<std::string> names;
  std::vector<NumberType> types;
  for (const PlyProperty& p : e.properties)
    if (!p.count) {
      names.push_back(p.name);
      types.push_back(p.type);
    }
  LSK3D_CHECK(!names.empty(), DataError, in.path(), ": header: element 'vertex', ", e.count,
              " points, has no numbers; expected properties x, y, z");
  const auto count = static_cast<std::int64_t>(e.count);
  if (encoding == PlyEncoding::ascii) {
    TextRows rows(in, e.count, e.properties.size());
    TableFiller filler(std::move(names), std::move(types), count);
    walk_text(rows, e, in.path(), &filler);
    return filler.take();
  }
  check_binary(in, e);
  TableFiller filler(std::move(names), std::move(types), count);
  walk_binary(in, e, encoding == PlyEncoding::big_endian, &filler);
  return filler.take();
}

}  // namespace

PointTable read_ply(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  ByteCursor in(bytes, path);
  const PlyHeader header = read_ply_header(in);
  for (const PlyElement& element : header.elements) {
    if (element.name == "vertex") return read_vertices(in, element, header.encoding);
    pass_over(in, element, header.encoding);
  }
  throw DataError(path + ": header: no element 'vertex', so the file holds no points");
}

}  // namespace lsk3d
