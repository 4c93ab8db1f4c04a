// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace lsk3d {

/// A YAML document that remembers where each value came from, also after files were merged.
struct ConfigTree {
  enum class Kind { none, scalar, list, map };
  Kind kind = Kind::none;
  std::string scalar;
  bool quoted = false;
  std::vector<ConfigTree> items;                            // list
  std::vector<std::pair<std::string, ConfigTree>> entries;  // map, in file order
  std::string where;                                        // "file.yaml:12"

  ConfigTree* find(const std::string& key);
};

/// Throws UsageError with file and line on a syntax error or a key given twice.
ConfigTree parse_config_tree(const std::string& text, const std::string& source);
/// Reads a file and, first, the files its `base` names.
ConfigTree load_config_tree(const std::string& path);
/// Maps are merged key by key; anything else in `over` replaces what `base` had.
void merge_config_tree(ConfigTree& base, const ConfigTree& over);
/// Applies one "a.b=value" override. Throws UsageError where it has another form.
void override_config_tree(ConfigTree& tree, const std::string& assignment);

}  // namespace lsk3d
