// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace lsk3d {

/// A table for a terminal: first column aligned left, the others right. Cells are UTF-8, one
/// character per column of the terminal.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headers);
  /// Throws UsageError unless there is one cell per header.
  void add(std::vector<std::string> row);
  /// Headers, a rule, the rows; every line ends with a newline and has no trailing spaces.
  std::string to_string() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // headers first
};

}  // namespace lsk3d
