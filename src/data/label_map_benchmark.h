// SPDX-License-Identifier: MIT
// Label maps as semantic-kitti-api writes them, and data sets that took the form over.
#pragma once
#include <string>

#include "lsk3d/data/label_map.h"
#include "lsk3d/io/yaml_tree.h"

namespace lsk3d {

/// Whether `root` has that form: it then has a learning_map.
bool is_benchmark_map(const YamlTree& root);

/// learning_map (raw id: class), learning_map_inv (class: raw id; without it the smallest raw id of
/// each class), labels (raw id: name) or labels_16 and the like (class: name), color_map (raw id:
/// [blue, green, red]), content (raw id: share), learning_ignore (class: bool). What else there is,
/// such as split, is named in one line of the log and left out. Throws DataError with file and
/// line.
LabelMap parse_benchmark_map(const YamlTree& root, const std::string& source);

}  // namespace lsk3d
