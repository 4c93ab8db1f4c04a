// SPDX-License-Identifier: MIT
#include "lsk3d/io/pcd.h"

#include <algorithm>

#include "lsk3d/core/log.h"
#include "lsk3d/io/file.h"
#include "lzf.h"
#include "pcd_header.h"
#include "point_rows.h"
#include "text_number.h"

namespace lsk3d {
namespace {

std::uint64_t count_lines(std::string_view text) {
  std::uint64_t lines = 0;
  while (!next_word(text).empty()) {
    ++lines;
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  return lines;
}

std::uint64_t bytes_of_data(ByteCursor in, const PcdHeader& header) {
  if (header.encoding != PcdEncoding::compressed) return in.remaining();
  in.read<std::uint32_t>("compressed size");
  return in.read<std::uint32_t>("uncompressed size");
}

/// Points behind the header, whatever that says; nothing where they are no whole number.
std::optional<std::uint64_t> points_in_data(ByteCursor in, const PcdHeader& header) {
  if (header.encoding == PcdEncoding::ascii) return count_lines(in.text(in.remaining(), "points"));
  const std::uint64_t bytes = bytes_of_data(in, header);
  if (bytes % header.row_bytes != 0) return std::nullopt;
  return bytes / header.row_bytes;
}

/// The number of points: the header's, or where that says none or two, the data's.
std::uint64_t count_points(const ByteCursor& in, const PcdHeader& header) {
  const auto &points = header.points, &area = header.area;
  if (points && (!area || *area == *points)) return *points;
  if (area && !points) return *area;
  const auto held = points_in_data(in, header);
  if (!points) {
    LSK3D_CHECK(held, DataError, in.path(), ": header: no POINTS, and the ",
                bytes_of_data(in, header), " bytes of data are no whole number of points of ",
                header.row_bytes, " bytes; the file is cut short, or SIZE, TYPE or COUNT is wrong");
    return *held;
  }
  const std::string fault =
      str_cat(in.path(), ": header: POINTS ", *points, " is not WIDTH times HEIGHT, ", *area);
  LSK3D_CHECK(held == points || held == area, DataError, fault,
              ", and the data hold neither number; the file is cut short or damaged");
  log_warning(str_cat(fault, "; ", *held, " are read, as the data hold"));
  return *held;
}

/// Field after field (`by_field`, each with all points) or point after point.
std::vector<Column> lay_out(const PcdHeader& header, std::uint64_t points, bool by_field) {
  std::vector<Column> columns;
  std::size_t offset = 0;
  for (const PcdField& f : header.fields) {
    const std::size_t size = size_of(f.type);
    for (std::size_t i = 0; i < f.count && !f.is_padding(); ++i)
      columns.push_back({f.type, offset + i * size, by_field ? f.count * size : header.row_bytes});
    offset += f.count * size * (by_field ? points : 1);
  }
  return columns;
}

std::vector<std::string> column_names(const PcdHeader& header) {
  std::vector<std::string> names;
  for (const PcdField& f : header.fields)
    for (std::uint64_t i = 0; i < f.count && !f.is_padding(); ++i)
      names.push_back(f.count == 1 ? f.name : str_cat(f.name, "_", i));
  return names;
}

PointTable read_ascii(ByteCursor& in, const PcdHeader& header, std::uint64_t points) {
  TextRows rows(in, points, header.row_numbers);
  std::vector<NumberType> types;
  for (const PcdField& f : header.fields)
    if (!f.is_padding()) types.insert(types.end(), f.count, f.type);
  TableFiller filler(column_names(header), std::move(types), static_cast<std::int64_t>(points));
  for (std::uint64_t point = 0; point < points; ++point) {
    for (const PcdField& f : header.fields) {
      if (f.is_padding()) rows.skip(f.count);
      else
        for (std::uint64_t i = 0; i < f.count; ++i) filler.add(rows.number());
    }
    rows.end_row();
  }
  return filler.take();
}

PointTable read_binary(ByteCursor& in, const PcdHeader& header, std::uint64_t points) {
  LSK3D_CHECK(points <= in.remaining() / header.row_bytes, DataError, in.path(), ": ", points,
              " points of ", header.row_bytes, " bytes cannot lie in the ", in.remaining(),
              " bytes of data; the file is cut short or damaged");
  return binary_rows(in.take(points * header.row_bytes, "points"),
                     static_cast<std::int64_t>(points), column_names(header),
                     lay_out(header, points, false));
}

PointTable read_compressed(ByteCursor& in, const PcdHeader& header, std::uint64_t points) {
  const auto packed_bytes = in.read<std::uint32_t>("compressed size");
  const auto bytes = in.read<std::uint32_t>("uncompressed size");
  LSK3D_CHECK(points <= bytes / header.row_bytes && points * header.row_bytes == bytes, DataError,
              in.path(), ": ", points, " points of ", header.row_bytes,
              " bytes, but the data unpack to ", bytes, "; the file is damaged");
  const auto unpacked = lzf_unpack(in.take(packed_bytes, "compressed points"), bytes, in.path());
  return binary_rows(unpacked, static_cast<std::int64_t>(points), column_names(header),
                     lay_out(header, points, true));
}

}  // namespace

PointTable read_pcd(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  ByteCursor in(bytes, path);
  const PcdHeader header = read_pcd_header(in);
  const std::uint64_t points = count_points(in, header);
  switch (header.encoding) {
    case PcdEncoding::ascii:
      return read_ascii(in, header, points);
    case PcdEncoding::binary:
      return read_binary(in, header, points);
    case PcdEncoding::compressed:
      break;
  }
  return read_compressed(in, header, points);
}

}  // namespace lsk3d
