// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// Raw label ids <-> training classes, names, colours, point counts; read from
/// configs/label_maps/<name>.yaml or any path.
struct LabelMap {
  std::string name;
  std::vector<std::string> class_names;           // by training class; [0] is the ignored one
  std::map<std::int32_t, std::int32_t> to_class;  // raw id -> training class
  std::vector<std::int32_t> to_raw;               // training class -> raw id
  std::vector<std::array<std::uint8_t, 3>> colors;  // RGB by training class
  std::vector<double> point_counts;  // or shares, by training class, for loss weights; may be empty

  bool operator==(const LabelMap&) const = default;
  int classes() const { return static_cast<int>(class_names.size()); }
  /// Training class i32 [N] of raw labels (instance bits ignored). Throws DataError naming `path` and
  /// the raw id that is not in the map.
  Tensor classes_of(const Tensor& raw_labels, const std::string& path) const;
  /// Raw labels i32 [N] of training classes.
  Tensor raw_of(const Tensor& classes) const;
  /// w_c = 1 / (freq_c + 0.02), MODEL §5; f32 [classes]. All 1 where there are no counts.
  Tensor loss_weights() const;
};

/// `name_or_path`: a built-in map (semantic_kitti, semantic_kitti_multiscan and its _release, nuscenes;
/// compiled in from configs/label_maps) or the path of a YAML file. Throws UsageError naming the built-in maps where it
/// is neither, DataError naming file and line where the file is not a label map.
LabelMap load_label_map(const std::string& name_or_path);
/// The same of text; `source` stands for the file's name in messages.
LabelMap parse_label_map(const std::string& text, const std::string& source);
/// The map as YAML, which parse_label_map reads to an equal one.
std::string to_yaml(const LabelMap& map);

}  // namespace lsk3d
