// SPDX-License-Identifier: MIT
#include "point_rows.h"

#include <algorithm>
#include <utility>

#include "printable.h"
#include "stored_number.h"
#include "text_number.h"

namespace lsk3d {

TableFiller::TableFiller(std::vector<std::string> names, std::vector<NumberType> types,
                         std::int64_t rows) {
  table_.names = std::move(names);
  table_.types = std::move(types);
  table_.values = Tensor::empty({rows, static_cast<std::int64_t>(table_.types.size())});
  next_ = table_.values.data<float>();
  for (const NumberType type : table_.types) {
    Tensor wide = fits_f32(type) ? Tensor() : Tensor::empty({rows}, DType::f64);
    next_wide_.push_back(wide.defined() ? wide.data<double>() : nullptr);
    table_.wide.push_back(std::move(wide));
  }
}

PointTable TableFiller::take() {
  LSK3D_ASSERT(next_ == table_.values.data<float>() + table_.values.numel(), "table half full");
  return std::move(table_);
}

PointTable binary_rows(std::span<const std::byte> bytes, std::int64_t rows,
                       std::vector<std::string> names, const std::vector<Column>& columns) {
  std::vector<NumberType> types;
  for (const Column& column : columns) types.push_back(column.type);
  TableFiller filler(std::move(names), std::move(types), rows);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
    for (const Column& c : columns)
      filler.add(number_at(bytes.data() + c.offset + row * c.stride, c.type, c.big_endian));
  return filler.take();
}

TextRows::TextRows(ByteCursor& in, std::uint64_t rows, std::uint64_t numbers) : in_(in) {
  // A number takes a digit and a blank, so the text bounds how many there can be.
  const std::uint64_t most = (in.remaining() + 1) / 2;
  LSK3D_CHECK(numbers > 0 && rows <= most / numbers, DataError, in.path(), ": ", rows,
              " points of ", numbers, " numbers cannot lie in ", in.remaining(),
              " bytes of text; the file is cut short or damaged");
  text_ = ByteCursor(in).text(in.remaining(), "points");
}

std::string_view TextRows::word() {
  const std::string_view found = next_word(text_);
  LSK3D_CHECK(!found.empty(), DataError, in_.path(), ": point ", row_,
              ": expected a number, found the end; the file is cut short or damaged");
  return found;
}

double TextRows::number() {
  const std::string_view found = word();
  double value = 0;
  LSK3D_CHECK(parse_number(found, value), DataError, in_.path(), ": point ", row_,
              ": expected a number, found ", printable(found),
              "; the file is damaged or not of its header's fields");
  return value;
}

void TextRows::skip(std::uint64_t count) {
  for (; count > 0; --count) word();
}

void TextRows::end_row() {
  text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\v\f"), text_.size()));
  LSK3D_CHECK(text_.empty() || text_[0] == '\n', DataError, in_.path(), ": point ", row_,
              ": its line does not hold as many numbers as the header says, found ",
              printable(text_.substr(0, std::min(text_.find('\n'), std::size_t{24}))),
              " as well; correct the header");
  ++row_;
}

void TextRows::finish() { in_.seek(in_.size() - text_.size(), "points"); }

}  // namespace lsk3d
