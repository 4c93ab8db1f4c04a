// SPDX-License-Identifier: MIT
// A configuration as text gives it, before it is checked: bases and overrides merged.
#pragma once
#include <string>

#include "lsk3d/io/yaml_tree.h"

namespace lsk3d {

/// A configuration of ours or of the authors' release. Throws UsageError as parse_yaml throws
/// DataError, and where `text` is no set of sections.
YamlTree parse_config_tree(const std::string& text, const std::string& source);
/// Reads a file and, first, the files its `base` names.
YamlTree load_config_tree(const std::string& path);
/// Maps are merged key by key; anything else in `over` replaces what `base` had. An empty section
/// changes nothing.
void merge_config_tree(YamlTree& base, const YamlTree& over);
/// Applies one "a.b=value" override. Throws UsageError where it has another form.
void override_config_tree(YamlTree& tree, const std::string& assignment);

}  // namespace lsk3d
