// SPDX-License-Identifier: MIT
#include "lsk3d/io/text_table.h"

#include <algorithm>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

std::size_t width_of(const std::string& cell) {  // all bytes but UTF-8 continuations
  return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

TextTable::TextTable(std::vector<std::string> headers) {
  LSK3D_CHECK(!headers.empty(), UsageError, "TextTable: expected at least one header, found none");
  rows_.push_back(std::move(headers));
}

void TextTable::add(std::vector<std::string> row) {
  LSK3D_CHECK(row.size() == rows_[0].size(), UsageError, "TextTable: expected ", rows_[0].size(),
              " cells, one per header, found ", row.size());
  rows_.push_back(std::move(row));
}

std::string TextTable::to_string() const {
  std::vector<std::size_t> widths(rows_[0].size(), 0);
  for (const auto& row : rows_)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));

  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      const std::string& cell = rows_[r][c];
      const std::string padding(widths[c] - width_of(cell), ' ');
      line += c == 0 ? cell + padding : "  " + padding + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r > 0) continue;
    std::size_t total = 2 * (widths.size() - 1);
    for (const std::size_t width : widths) total += width;
    text += std::string(total, '-') + "\n";
  }
  return text;
}

}  // namespace lsk3d
