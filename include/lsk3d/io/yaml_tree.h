// SPDX-License-Identifier: MIT
// The one way YAML text comes in: configurations, label maps, values of --set.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lsk3d {

/// A YAML value that remembers where it came from, also after documents were merged.
struct YamlTree {
  enum class Kind { none, scalar, list, map };
  Kind kind = Kind::none;
  int line = 0;  // of a map's value: of its key; 0: the source has no lines
  std::shared_ptr<const std::string> source;
  std::string scalar;
  std::vector<YamlTree> items;                            // list
  std::vector<std::pair<std::string, YamlTree>> entries;  // map, in file order; keys differ

  /// nullptr where there is no such key.
  YamlTree* find(const std::string& key);
  const YamlTree* find(const std::string& key) const;
  /// "file.yaml:12", for messages.
  std::string where() const;
  /// "'text'", "nothing", "a list of 3" or "a section": what stands here, for messages.
  std::string found() const;
};

/// The first document of `text`, aliases expanded and merge keys (`<<: *name`) resolved; `source`
/// stands for the file in messages. Throws DataError with the line on a syntax error, a key given
/// twice or that is no plain word, an alias within its own anchor, and on what no honest file has:
/// more than 1 MiB, 32 levels or 200 000 values.
YamlTree parse_yaml(const std::string& text, const std::string& source);

/// The text of a file for parse_yaml, no more of it than that takes and one byte to be refused for.
/// Throws DataError where the file cannot be read.
std::string read_yaml_text(const std::string& path);

}  // namespace lsk3d
