// SPDX-License-Identifier: MIT
#include "lsk3d/io/pcd.h"

#include "lsk3d/io/file.h"
#include "lzf.h"
#include "point_rows.h"
#include "printable.h"

namespace lsk3d {
namespace {

struct Field {
  std::string name;
  NumberType type = NumberType::f32;
  std::uint64_t count = 1;
};

struct PcdHeader {
  std::vector<Field> fields;
  std::uint64_t points = 0;
  std::string encoding;
  std::uint64_t row_bytes = 0;
};

constexpr std::uint64_t kMostColumns = 1 << 16;

NumberType parse_type(std::string_view kind, std::uint64_t size, const std::string& what) {
  using enum NumberType;
  if (kind == "F" && size == 4) return f32;
  if (kind == "F" && size == 8) return f64;
  const bool is_signed = kind == "I";
  if (is_signed || kind == "U") switch (size) {
      case 1:
        return is_signed ? i8 : u8;
      case 2:
        return is_signed ? i16 : u16;
      case 4:
        return is_signed ? i32 : u32;
      case 8:
        return is_signed ? i64 : u64;
      default:
        break;
    }
  throw DataError(
      str_cat(what, ": header: no number type ", printable(kind), " of ", size, " bytes"));
}

/// The header's lines by their first word.
class HeaderLines {
 public:
  explicit HeaderLines(ByteCursor& in) : path_(in.path()) {
    do {
      const auto words = split_words(in.line("header"));
      if (words.empty() || words[0].starts_with('#')) continue;
      LSK3D_CHECK(lines_.size() < 32, DataError, path_, ": header: too many lines before DATA");
      lines_.push_back(words);
    } while (lines_.empty() || lines_.back()[0] != "DATA");
  }
  /// The words behind `key`, `count` of them where that is not 0. "" where an optional line lacks.
  std::vector<std::string_view> get(std::string_view key, std::size_t count,
                                    bool optional = false) {
    for (const auto& words : lines_)
      if (words[0] == key) {
        LSK3D_CHECK(words.size() > 1 && (count == 0 || words.size() == count + 1), DataError, path_,
                    ": header: ", key, " has ", words.size() - 1, " values, expected ",
                    count ? str_cat(count) : "one or more");
        return {words.begin() + 1, words.end()};
      }
    LSK3D_CHECK(optional, DataError, path_, ": header: no line ", key, "; it is no PCD file");
    return {};
  }

 private:
  std::string path_;
  std::vector<std::vector<std::string_view>> lines_;
};

PcdHeader read_header(ByteCursor& in) {
  HeaderLines lines(in);
  const std::string& path = in.path();
  const std::string what = path + ": header";
  PcdHeader header;
  const auto names = lines.get("FIELDS", 0);
  const auto sizes = lines.get("SIZE", names.size());
  const auto types = lines.get("TYPE", names.size());
  const auto counts = lines.get("COUNT", names.size(), true);
  std::uint64_t columns = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Field field{std::string(names[i]), parse_type(types[i], parse_count(sizes[i], what), path), 1};
    if (!counts.empty()) field.count = parse_count(counts[i], what);
    LSK3D_CHECK(field.count <= kMostColumns && (columns += field.count) <= kMostColumns, DataError,
                what, ": more than ", kMostColumns, " numbers a point; the file is damaged");
    header.row_bytes += field.count * size_of(field.type);
    header.fields.push_back(std::move(field));
  }
  LSK3D_CHECK(header.row_bytes > 0, DataError, what, ": points without any numbers");
  std::uint64_t points = 0;
  const bool overflow =
      __builtin_mul_overflow(parse_count(lines.get("WIDTH", 1)[0], what),
                             parse_count(lines.get("HEIGHT", 1)[0], what), &points);
  const auto declared = lines.get("POINTS", 1, true);
  header.points = declared.empty() ? points : parse_count(declared[0], what);
  LSK3D_CHECK(!overflow && header.points == points, DataError, what, ": POINTS ", header.points,
              " is not WIDTH times HEIGHT; the file is damaged");
  header.encoding = lines.get("DATA", 1)[0];
  return header;
}

bool is_padding(const Field& field) { return field.name == "_"; }

/// Field after field (`by_field`, each with all points) or point after point.
std::vector<Column> lay_out(const PcdHeader& header, bool by_field) {
  std::vector<Column> columns;
  std::size_t offset = 0;
  for (const Field& f : header.fields) {
    const std::size_t size = size_of(f.type);
    for (std::size_t i = 0; i < f.count && !is_padding(f); ++i)
      columns.push_back({f.type, offset + i * size, by_field ? f.count * size : header.row_bytes});
    offset += f.count * size * (by_field ? header.points : 1);
  }
  return columns;
}

Tensor read_points(ByteCursor& in, const PcdHeader& header) {
  const auto rows = static_cast<std::int64_t>(header.points);
  if (header.encoding == "ascii") {
    std::vector<bool> keep;
    for (const Field& f : header.fields) keep.insert(keep.end(), f.count, !is_padding(f));
    return text_rows(in, header.points, keep);
  }
  if (header.encoding == "binary") {
    LSK3D_CHECK(header.points <= in.remaining() / header.row_bytes, DataError, in.path(), ": ",
                header.points, " points of ", header.row_bytes, " bytes cannot lie in the ",
                in.remaining(), " bytes of data; the file is cut short or damaged");
    return binary_rows(in.take(header.points * header.row_bytes, "points"), rows,
                       lay_out(header, false), false);
  }
  LSK3D_CHECK(header.encoding == "binary_compressed", DataError, in.path(),
              ": header: expected DATA ascii, binary or binary_compressed, found ",
              printable(header.encoding));
  const auto packed_bytes = in.read<std::uint32_t>("compressed size");
  const auto bytes = in.read<std::uint32_t>("uncompressed size");
  LSK3D_CHECK(
      header.points <= bytes / header.row_bytes && header.points * header.row_bytes == bytes,
      DataError, in.path(), ": ", header.points, " points of ", header.row_bytes,
      " bytes, but the data unpack to ", bytes, "; the file is damaged");
  const auto unpacked = lzf_unpack(in.take(packed_bytes, "compressed points"), bytes, in.path());
  return binary_rows(unpacked, rows, lay_out(header, true), false);
}

}  // namespace

PointTable read_pcd(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  ByteCursor in(bytes, path);
  const PcdHeader header = read_header(in);
  PointTable table;
  for (const Field& f : header.fields)
    for (std::uint64_t i = 0; i < f.count && !is_padding(f); ++i)
      table.names.push_back(f.count == 1 ? f.name : str_cat(f.name, "_", i));
  table.values = read_points(in, header);
  return table;
}

}  // namespace lsk3d
