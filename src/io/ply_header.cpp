// SPDX-License-Identifier: MIT
#include "ply_header.h"

#include <algorithm>

#include "point_rows.h"
#include "printable.h"
#include "text_number.h"

namespace lsk3d {
namespace {

NumberType parse_type(std::string_view name, const std::string& path) {
  const auto type = parse_number_type(name);
  LSK3D_CHECK(type, DataError, path, ": header: unknown property type ", printable(name),
              "; save the points with float or int properties");
  return *type;
}

PlyEncoding parse_encoding(std::string_view name, const std::string& path) {
  if (name == "ascii") return PlyEncoding::ascii;
  if (name == "binary_little_endian") return PlyEncoding::little_endian;
  if (name == "binary_big_endian") return PlyEncoding::big_endian;
  throw DataError(path + ": header: expected format ascii, binary_little_endian or " +
                  "binary_big_endian, found " + printable(name));
}

PlyProperty parse_property(const std::vector<std::string_view>& words, const std::string& path) {
  if (words.size() == 5 && words[1] == "list") {
    const NumberType count = parse_type(words[2], path);
    LSK3D_CHECK(is_integer(count), DataError, path, ": header: list ", printable(words[4]),
                " counts its elements in ", to_string(count), ", expected an integer type");
    return {std::string(words[4]), parse_type(words[3], path), count};
  }
  LSK3D_CHECK(words.size() == 3, DataError, path, ": header: a property needs a type and a name");
  return {std::string(words[2]), parse_type(words[1], path), std::nullopt};
}

}  // namespace

bool PlyElement::has_list() const {
  return std::any_of(properties.begin(), properties.end(),
                     [](const PlyProperty& p) { return p.count.has_value(); });
}

std::uint64_t PlyElement::row_bytes() const {
  std::uint64_t bytes = 0;
  for (const PlyProperty& p : properties) bytes += size_of(p.count.value_or(p.type));
  return bytes;
}

PlyHeader read_ply_header(ByteCursor& in) {
  const auto magic = split_words(in.line("header"));
  LSK3D_CHECK(magic.size() == 1 && magic[0] == "ply", DataError, in.path(),
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
      header.elements.push_back(
          {std::string(words[1]),
           parse_count(words[2], in.path() + ": header: element " + printable(words[1])),
           {}});
    } else if (words[0] == "property" && !header.elements.empty()) {
      auto& properties = header.elements.back().properties;
      properties.push_back(parse_property(words, in.path()));
      LSK3D_CHECK(properties.size() <= kMostColumns, DataError, in.path(), ": header: more than ",
                  kMostColumns, " properties; the file is damaged");
    } else {
      throw DataError(in.path() + ": header: cannot understand " + printable(line));
    }
  }
  LSK3D_CHECK(has_format, DataError, in.path(), ": header: no format line");
  return header;
}

}  // namespace lsk3d
