// SPDX-License-Identifier: MIT
#include "point_rows.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "lsk3d/io/point_table.h"
#include "printable.h"

namespace lsk3d {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

template <typename T>
float load(const std::byte* from, bool big_endian) {
  std::array<std::byte, sizeof(T)> bytes;
  std::copy_n(from, sizeof(T), bytes.begin());
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return static_cast<float>(std::bit_cast<T>(bytes));
}

/// The next word, or "" at the end.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

/// False where `word` is no number. "nan" and "inf" are.
bool parse_f32(std::string_view word, float& value) {
  if (word.starts_with('+')) word.remove_prefix(1);
  double wide = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), wide);
  value = static_cast<float>(wide);
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace

int PointTable::column(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

std::size_t size_of(NumberType type) {
  constexpr std::array<std::size_t, 10> kSizes{1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
  return kSizes[static_cast<std::size_t>(type)];
}

float number_as_f32(const std::byte* from, NumberType type, bool big_endian) {
  switch (type) {
    case NumberType::i8:
      return load<std::int8_t>(from, big_endian);
    case NumberType::u8:
      return load<std::uint8_t>(from, big_endian);
    case NumberType::i16:
      return load<std::int16_t>(from, big_endian);
    case NumberType::u16:
      return load<std::uint16_t>(from, big_endian);
    case NumberType::i32:
      return load<std::int32_t>(from, big_endian);
    case NumberType::u32:
      return load<std::uint32_t>(from, big_endian);
    case NumberType::i64:
      return load<std::int64_t>(from, big_endian);
    case NumberType::u64:
      return load<std::uint64_t>(from, big_endian);
    case NumberType::f32:
      return load<float>(from, big_endian);
    case NumberType::f64:
      return load<double>(from, big_endian);
  }
  return 0;
}

Tensor binary_rows(std::span<const std::byte> bytes, std::int64_t rows,
                   const std::vector<Column>& columns, bool big_endian) {
  Tensor values = Tensor::empty({rows, static_cast<std::int64_t>(columns.size())});
  float* out = values.data<float>();
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
    for (const Column& c : columns)
      *out++ = number_as_f32(bytes.data() + c.offset + row * c.stride, c.type, big_endian);
  return values;
}

Tensor text_rows(ByteCursor& in, std::uint64_t rows, const std::vector<bool>& keep) {
  // A number takes a digit and a blank, so the text bounds how many there can be.
  const std::uint64_t most = (in.remaining() + 1) / 2;
  LSK3D_CHECK(!keep.empty() && rows <= most / keep.size(), DataError, in.path(), ": ", rows,
              " points of ", keep.size(), " numbers cannot lie in ", in.remaining(),
              " bytes of text; the file is cut short or damaged");
  const auto kept = std::count(keep.begin(), keep.end(), true);
  Tensor values = Tensor::empty({static_cast<std::int64_t>(rows), kept});
  float* out = values.data<float>();
  const std::size_t start = in.position();
  const std::string_view all = in.text(in.remaining(), "points");
  std::string_view text = all;
  for (std::uint64_t row = 0; row < rows; ++row)
    for (const bool wanted : keep) {
      const std::string_view word = next_word(text);
      float value = 0;
      LSK3D_CHECK(parse_f32(word, value), DataError, in.path(), ": point ", row,
                  ": expected a number, found ", word.empty() ? "the end" : printable(word),
                  "; the file is cut short or damaged");
      if (wanted) *out++ = value;
    }
  in.seek(start + (all.size() - text.size()), "points");
  return values;
}

std::uint64_t parse_count(std::string_view text, const std::string& what) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  LSK3D_CHECK(error == std::errc() && end == text.data() + text.size(), DataError, what,
              ": expected a count, found ", printable(text), "; the file is damaged");
  return value;
}

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::string_view word; !(word = next_word(line)).empty();) words.push_back(word);
  return words;
}

}  // namespace lsk3d
