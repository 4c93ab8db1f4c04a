// SPDX-License-Identifier: MIT
// The README, as text to check.
#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace lsk3d::house {

/// All of README.md.
inline std::string readme() {
  std::ifstream in(std::filesystem::path(LSK3D_SOURCE_DIR) / "README.md", std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Lines of the chapter under the heading `title`.
inline std::vector<std::string> chapter(const std::string& title) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : lines_of(readme())) {
    if (line.starts_with("## ")) inside = line == "## " + title;
    else if (inside) lines.push_back(line);
  }
  return lines;
}

}  // namespace lsk3d::house
