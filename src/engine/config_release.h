// SPDX-License-Identifier: MIT
// Configurations of the authors' release, with sections such as model_params.
#pragma once
#include "lsk3d/io/yaml_tree.h"

namespace lsk3d {

/// Whether `tree` has such sections.
bool is_release_config(const YamlTree& tree);

/// The same in our sections and keys, each value in its old place for messages; sections that are
/// not the release's stay. Names in one line of the log what has no meaning here. Throws UsageError
/// with file and line where something asks for what lsk3d does not do.
YamlTree from_release_config(const YamlTree& tree);

}  // namespace lsk3d
