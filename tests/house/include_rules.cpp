// SPDX-License-Identifier: MIT
#include "include_rules.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace lsk3d::house {
namespace {

/// Floor of a layer; the number of layers for what stands on top of them; -1 for an unknown name.
int floor_of(const std::string& layer) {
  const auto it = std::find(layers().begin(), layers().end(), layer);
  return it == layers().end() ? -1 : static_cast<int>(it - layers().begin());
}

/// The first folder of `path` below `root`; "" where `path` is elsewhere or a file right in it.
std::string folder_below(const std::string& root, const std::string& path) {
  if (!path.starts_with(root)) return "";
  const auto slash = path.find('/', root.size());
  return slash == std::string::npos ? "" : path.substr(root.size(), slash - root.size());
}

/// From which floor a file may include; one above the layers for files that belong to none.
int floor_of_file(const std::string& path) {
  if (path.starts_with("cuda/")) return floor_of("kernels");
  for (const char* root : {"include/lsk3d/", "src/"}) {
    const std::string layer = folder_below(root, path);
    if (!layer.empty()) return floor_of(layer);
  }
  return static_cast<int>(layers().size());
}

struct Include {
  std::string name;
  bool angled = false;
};

/// What a line includes; an empty name where it includes nothing.
Include parse_include(const std::string& line) {
  auto at = line.find_first_not_of(" \t");
  if (at == std::string::npos || line[at] != '#') return {};
  at = line.find_first_not_of(" \t", at + 1);
  if (at == std::string::npos || line.compare(at, 7, "include") != 0) return {};
  at = line.find_first_not_of(" \t", at + 7);
  if (at == std::string::npos || (line[at] != '"' && line[at] != '<')) return {};
  const bool angled = line[at] == '<';
  const auto end = line.find(angled ? '>' : '"', at + 1);
  return {line.substr(at + 1, end - at - 1), angled};
}

bool is_standard_header(const std::string& name) {
  return name == "stdint.h" || name == "stddef.h" ||
         name.find_first_of("./") == std::string::npos;  // every C++ one has a plain name
}

std::string broken_include(const std::string& path, const Include& include) {
  const std::string& name = include.name;
  if (("/" + name).find("/../") != std::string::npos)
    return "includes " + name + ": climbs with '..'; name a public header as lsk3d/layer/name.h";
  const bool test = path.starts_with("tests/");
  if (path.starts_with("include/") && !name.starts_with("lsk3d/") &&
      !(include.angled && is_standard_header(name)))
    return "includes " + name +
           ": public headers show lsk3d and the standard library alone; move it into src/";
  const std::string layer = folder_below("lsk3d/", name);
  if (layer.empty() || test) return "";
  const int from = floor_of_file(path), to = floor_of(layer);
  if (to < 0) return "includes " + name + ": there is no layer '" + layer + "'";
  if (to > from)
    return "includes " + name + ": climbs to the layer '" + layer + "'; a layer includes only those below";
  return "";
}

bool ends_with_any(const std::string& path, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* e) { return path.ends_with(e); });
}

}  // namespace

const std::vector<std::string>& layers() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> read;
    std::ifstream list(LSK3D_SOURCE_DIR "/layers.txt");
    for (std::string line; std::getline(list, line);)
      if (!line.empty() && line[0] != '#') read.push_back(line);
    return read;
  }();
  return names;
}

std::vector<std::string> broken_rules(const std::string& path, const std::string& text) {
  std::vector<std::string> broken;
  const auto report = [&](int line, const std::string& what) {
    broken.push_back(path + ":" + std::to_string(line) + ": " + what);
  };
  const bool cpp = ends_with_any(path, {".h", ".cpp", ".cu", ".cuh"});
  const std::string licence = cpp ? "// SPDX-License-Identifier: MIT" : "# SPDX-License-Identifier: MIT";
  bool licensed = false, once = false;
  std::istringstream in(text);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    // A script's first line names its interpreter.
    if (line == licence && (number == 1 || (number == 2 && text.starts_with("#!")))) licensed = true;
    if (!cpp) continue;
    if (line == "#pragma once") once = true;
    const Include include = parse_include(line);
    if (include.name.empty()) continue;
    const std::string what = broken_include(path, include);
    if (!what.empty()) report(number, what);
  }
  if (!licensed) report(1, "expected the line '" + licence + "' at the top");
  if (ends_with_any(path, {".h", ".cuh"}) && !once) report(1, "expected '#pragma once'");
  if (floor_of_file(path) < 0) report(1, "stands in a folder that is no layer");
  return broken;
}

}  // namespace lsk3d::house
