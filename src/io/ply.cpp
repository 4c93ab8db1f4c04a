// SPDX-License-Identifier: MIT
#include "lsk3d/io/ply.h"

#include <map>

#include "byte_writer.h"
#include "lsk3d/io/file.h"
#include "point_rows.h"
#include "printable.h"

namespace lsk3d {
namespace {

struct Element {
  std::string name;
  std::uint64_t count = 0;
  std::size_t row_bytes = 0;
  bool has_list = false;
  std::vector<std::string> names;
  std::vector<Column> columns;
};

enum class Encoding { ascii, little_endian, big_endian };

struct PlyHeader {
  Encoding encoding = Encoding::ascii;
  std::vector<Element> elements;
};

NumberType parse_type(std::string_view name, const std::string& path) {
  using enum NumberType;
  static const std::map<std::string_view, NumberType> known = {
      {"char", i8},   {"uchar", u8},   {"short", i16},   {"ushort", u16},
      {"int", i32},   {"uint", u32},   {"float", f32},   {"double", f64},
      {"int8", i8},   {"uint8", u8},   {"int16", i16},   {"uint16", u16},
      {"int32", i32}, {"uint32", u32}, {"float32", f32}, {"float64", f64}};
  const auto found = known.find(name);
  LSK3D_CHECK(found != known.end(), DataError, path, ": header: unknown property type ",
              printable(name));
  return found->second;
}

Encoding parse_encoding(std::string_view name, const std::string& path) {
  if (name == "ascii") return Encoding::ascii;
  if (name == "binary_little_endian") return Encoding::little_endian;
  if (name == "binary_big_endian") return Encoding::big_endian;
  throw DataError(path + ": header: expected format ascii, binary_little_endian or " +
                  "binary_big_endian, found " + printable(name));
}

void add_property(Element& element, const std::vector<std::string_view>& words,
                  const std::string& path) {
  if (words.size() == 5 && words[1] == "list") {
    element.has_list = true;
    return;
  }
  LSK3D_CHECK(words.size() == 3, DataError, path, ": header: a property needs a type and a name");
  const NumberType type = parse_type(words[1], path);
  element.names.emplace_back(words[2]);
  element.columns.push_back({type, element.row_bytes, 0});
  element.row_bytes += size_of(type);
}

PlyHeader read_header(ByteCursor& in) {
  LSK3D_CHECK(in.line("header") == "ply", DataError, in.path(),
              ": expected 'ply' in the first line; it is no PLY file");
  PlyHeader header;
  bool has_format = false;
  for (;;) {
    const std::string_view line = in.line("header");
    const auto words = split_words(line);
    if (words.empty() || words[0] == "comment" || words[0] == "obj_info") continue;
    if (words[0] == "end_header") break;
    if (words[0] == "format" && words.size() == 3) {
      header.encoding = parse_encoding(words[1], in.path());
      has_format = true;
    } else if (words[0] == "element" && words.size() == 3) {
      header.elements.emplace_back();
      header.elements.back().name = words[1];
      header.elements.back().count =
          parse_count(words[2], in.path() + ": header: element " + printable(words[1]));
    } else if (words[0] == "property" && !header.elements.empty()) {
      add_property(header.elements.back(), words, in.path());
    } else {
      throw DataError(in.path() + ": header: cannot understand " + printable(line));
    }
  }
  LSK3D_CHECK(has_format, DataError, in.path(), ": header: no format line");
  for (Element& element : header.elements)
    for (Column& column : element.columns) column.stride = element.row_bytes;
  return header;
}

/// `keep` false: passes over the element and returns an empty tensor.
Tensor read_element(ByteCursor& in, const Element& e, Encoding encoding, bool keep) {
  LSK3D_CHECK(!e.has_list, DataError, in.path(), ": element ", printable(e.name),
              " has list properties, which are read in elements behind the vertices only; "
              "save the points alone");
  if (encoding == Encoding::ascii) {
    Tensor values = text_rows(in, e.count, std::vector<bool>(e.columns.size(), true));
    return keep ? values : Tensor();
  }
  LSK3D_CHECK(e.row_bytes > 0 && e.count <= in.remaining() / e.row_bytes, DataError, in.path(),
              ": element ", printable(e.name), ": ", e.count, " rows of ", e.row_bytes,
              " bytes cannot lie in the ", in.remaining(),
              " bytes that are left; the file is cut short or damaged");
  const auto bytes = in.take(e.count * e.row_bytes, "rows");
  if (!keep) return {};
  return binary_rows(bytes, static_cast<std::int64_t>(e.count), e.columns,
                     encoding == Encoding::big_endian);
}

}  // namespace

PointTable read_ply(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  ByteCursor in(bytes, path);
  const PlyHeader header = read_header(in);
  for (const Element& element : header.elements) {
    const bool wanted = element.name == "vertex";
    Tensor values = read_element(in, element, header.encoding, wanted);
    if (wanted) return {element.names, std::move(values)};
  }
  throw DataError(path + ": header: no element 'vertex', so the file holds no points");
}

void write_ply(const std::string& path, const Tensor& xyz, const Tensor& rgb) {
  LSK3D_CHECK(xyz.defined() && xyz.rank() == 2 && xyz.dim(1) >= 3 && xyz.dtype() == DType::f32,
              UsageError, path, ": points to write: expected f32 [N, 3 or more]");
  LSK3D_CHECK(rgb.defined() && rgb.shape() == (Shape{xyz.dim(0), 3}) && rgb.dtype() == DType::u8,
              UsageError, path, ": colours to write: expected u8 [", xyz.dim(0), ", 3]");
  ByteWriter out;
  out.text(str_cat("ply\nformat binary_little_endian 1.0\nelement vertex ", xyz.dim(0),
                   "\nproperty float x\nproperty float y\nproperty float z\n"
                   "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n"));
  const float* point = xyz.data<float>();
  const std::uint8_t* colour = rgb.data<std::uint8_t>();
  for (std::int64_t i = 0; i < xyz.dim(0); ++i, point += xyz.dim(1), colour += 3) {
    out.bytes(std::as_bytes(std::span(point, 3)));
    out.bytes(std::as_bytes(std::span(colour, 3)));
  }
  write_file_atomic(path, out.view());
}

}  // namespace lsk3d
