// SPDX-License-Identifier: MIT
#include "pcd_header.h"

#include <algorithm>
#include <cctype>

#include "point_rows.h"
#include "printable.h"
#include "text_number.h"

namespace lsk3d {
namespace {

using Words = std::vector<std::string_view>;

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

/// The header's lines by their first word.
class HeaderLines {
 public:
  explicit HeaderLines(ByteCursor& in) : path_(in.path()) {
    constexpr std::size_t kMostLines = 256;
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    for (bool first = true; keys_.empty() || keys_.back() != "DATA"; first = false) {
      std::string_view line = in.line("header");
      if (first && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
      const Words words = split_words(line.substr(0, line.find('#')));
      if (words.empty()) continue;
      LSK3D_CHECK(keys_.size() < kMostLines, DataError, path_,
                  ": header: too many lines before DATA; it is no PCD file");
      keys_.push_back(upper_case(words[0]));
      if (keys_.back() == "COLUMNS") keys_.back() = "FIELDS";
      values_.emplace_back(words.begin() + 1, words.end());
    }
  }

  /// The values of `key`, `count` of them where that is not 0; none where the line lacks.
  Words find(std::string_view key, std::size_t count) const {
    const auto found = std::find(keys_.begin(), keys_.end(), key);
    if (found == keys_.end()) return {};
    const Words& values = values_[static_cast<std::size_t>(found - keys_.begin())];
    LSK3D_CHECK(!values.empty() && (count == 0 || values.size() == count), DataError, path_,
                ": header: ", key, " has ", values.size(), " values, expected ",
                count ? str_cat(count) : "one or more", "; correct the header");
    return values;
  }

  Words get(std::string_view key, std::size_t count) const {
    Words values = find(key, count);
    LSK3D_CHECK(!values.empty(), DataError, path_, ": header: no line ", key,
                "; it is no PCD file");
    return values;
  }

  std::optional<std::uint64_t> count(std::string_view key) const {
    const Words values = find(key, 1);
    if (values.empty()) return std::nullopt;
    return parse_count(values[0], path_ + ": header");
  }

 private:
  const std::string& path_;
  std::vector<std::string> keys_;
  std::vector<Words> values_;
};

void read_fields(const HeaderLines& lines, const std::string& what, PcdHeader& header) {
  const Words names = lines.get("FIELDS", 0);
  const Words sizes = lines.find("SIZE", names.size());
  const Words types = lines.find("TYPE", names.size());
  const Words counts = lines.find("COUNT", names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    PcdField field{.name = std::string(names[i])};
    const std::uint64_t size = sizes.empty() ? 4 : parse_count(sizes[i], what);
    const std::string kind = types.empty() ? "F" : upper_case(types[i]);
    const auto type = kind.size() == 1 ? number_type(static_cast<char>(std::tolower(kind[0])), size)
                                       : std::nullopt;
    LSK3D_CHECK(type && *type != NumberType::f16, DataError, what, ": no number type ",
                printable(kind), " of ", size, " bytes; correct TYPE and SIZE");
    field.type = *type;
    if (!counts.empty()) field.count = parse_count(counts[i], what);
    LSK3D_CHECK(field.count <= kMostColumns && header.row_numbers + field.count <= kMostColumns,
                DataError, what, ": more than ", kMostColumns,
                " numbers a point; the file is damaged");
    header.row_numbers += field.count;
    header.row_bytes += field.count * size;
    header.fields.push_back(std::move(field));
  }
  LSK3D_CHECK(header.row_bytes > 0, DataError, what, ": points without any numbers");
}

PcdEncoding parse_encoding(std::string_view name, const std::string& what) {
  const std::string upper = upper_case(name);
  if (upper == "ASCII") return PcdEncoding::ascii;
  if (upper == "BINARY") return PcdEncoding::binary;
  if (upper == "BINARY_COMPRESSED") return PcdEncoding::compressed;
  throw DataError(what + ": expected DATA ascii, binary or binary_compressed, found " +
                  printable(name) + "; save it as one of these");
}

}  // namespace

PcdHeader read_pcd_header(ByteCursor& in) {
  const HeaderLines lines(in);
  const std::string what = in.path() + ": header";
  PcdHeader header;
  read_fields(lines, what, header);
  header.encoding = parse_encoding(lines.get("DATA", 1)[0], what);
  header.points = lines.count("POINTS");
  const auto width = lines.count("WIDTH"), height = lines.count("HEIGHT");
  if (!width) return header;
  std::uint64_t area = 0;
  const bool overflow = __builtin_mul_overflow(*width, height.value_or(1), &area);
  header.area = overflow ? ~std::uint64_t{0} : area;
  return header;
}

}  // namespace lsk3d
