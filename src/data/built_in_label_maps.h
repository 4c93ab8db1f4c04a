// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>

namespace lsk3d {

/// YAML text of each label map that is compiled in, by name.
const std::map<std::string, std::string>& built_in_label_maps();

}  // namespace lsk3d
