// SPDX-License-Identifier: MIT
#include "label_map_benchmark.h"

#include <algorithm>

#include "label_map_fields.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/io/yaml_scalar.h"

namespace lsk3d {
namespace {

using Kind = YamlTree::Kind;

/// One of the file's tables: number -> what stands there.
using Table = std::map<std::int32_t, const YamlTree*>;

Table table(const YamlTree& root, const std::string& key, int most) {
  Table entries;
  const YamlTree* node = root.find(key);
  if (!node) return entries;
  LSK3D_CHECK(node->kind == Kind::map, DataError, node->where(), ": ", key,
              ": expected a map from number to value, found ", node->found());
  for (const auto& entry : node->entries) {
    const std::int32_t number = number_key(entry, key, 0, most);
    LSK3D_CHECK(entries.emplace(number, &entry.second).second, DataError, entry.second.where(),
                ": ", key, ": ", number, " is listed twice");
  }
  return entries;
}

/// Which raw id stands for each class in predictions: learning_map_inv's, else the smallest.
std::vector<std::int32_t> raw_of_classes(const YamlTree& root, const LabelMap& map, int classes) {
  std::vector<std::int32_t> raw(static_cast<std::size_t>(classes), -1);
  for (const auto& [id, label] : map.to_class)
    if (raw[static_cast<std::size_t>(label)] < 0) raw[static_cast<std::size_t>(label)] = id;
  const Table inverse = table(root, "learning_map_inv", kMaxClasses - 1);
  for (const auto& [label, node] : inverse) {
    LSK3D_CHECK(label < classes, DataError, node->where(), ": learning_map_inv: class ", label,
                " is in no entry of learning_map, whose largest class is ", classes - 1);
    const std::int32_t id =
        whole_number(*node, str_cat("learning_map_inv.", label), 0, kMaxRawLabel);
    const auto found = map.to_class.find(id);
    LSK3D_CHECK(found != map.to_class.end() && found->second == label, DataError, node->where(),
                ": learning_map_inv: class ", label, " is written as raw id ", id,
                ", so learning_map must hold '", id, ": ", label, "'");
    raw[static_cast<std::size_t>(label)] = id;
  }
  for (int c = 0; c < classes; ++c)
    LSK3D_CHECK(raw[static_cast<std::size_t>(c)] >= 0 && (inverse.empty() || inverse.contains(c)),
                DataError, root.find("learning_map")->where(), ": learning_map: class ", c, " of ",
                classes, " has no raw id; number the classes from 0 on without a gap",
                inverse.empty() ? "" : ", in learning_map_inv too");
  return raw;
}

/// The table of names by class, such as labels_16; "" where there is none.
std::string names_by_class(const YamlTree& root) {
  for (const auto& [key, node] : root.entries)
    if (key.starts_with("labels_")) return key;
  return "";
}

std::vector<std::string> names_of(const YamlTree& root, const LabelMap& map) {
  const std::string by_class = names_by_class(root);
  const std::string key = by_class.empty() ? "labels" : by_class;
  const Table names = table(root, key, kMaxRawLabel);
  std::vector<std::string> found;
  for (std::size_t c = 0; c < map.to_raw.size(); ++c) {
    const std::int32_t number = by_class.empty() ? map.to_raw[c] : static_cast<std::int32_t>(c);
    const auto name = names.find(number);
    LSK3D_CHECK(name != names.end(), DataError, (root.find(key) ? *root.find(key) : root).where(),
                ": ", key, ": expected a name for ", by_class.empty() ? "raw id " : "class ",
                number, ", found none");
    found.push_back(text_of(*name->second, str_cat(key, ".", number)));
  }
  return found;
}

/// The loss and the scores leave out class 0 and no other.
void check_ignored(const YamlTree& root) {
  for (const auto& [label, node] : table(root, "learning_ignore", kMaxClasses - 1)) {
    const auto ignored = yaml_bool(node->scalar);
    LSK3D_CHECK(ignored, DataError, node->where(), ": learning_ignore.", label,
                ": expected true or false, found ", node->found());
    LSK3D_CHECK(*ignored == (label == 0), DataError, node->where(), ": learning_ignore.", label,
                ": expected ", label == 0 ? "true" : "false", ", found ", node->found(),
                "; the ignored class is 0 and no other: give its raw ids class 0 in learning_map");
  }
}

void say_what_is_left_out(const YamlTree& root, const std::string& source) {
  const std::vector<std::string> read{"labels",       "color_map",        "content",
                                      "learning_map", "learning_map_inv", "learning_ignore"};
  std::string list;
  for (const auto& [key, node] : root.entries) {
    if (std::find(read.begin(), read.end(), key) != read.end() || key == names_by_class(root))
      continue;
    list += (list.empty() ? "" : ", ") + key;
    if (key == "split") list += " (data.train, data.valid and data.test say it)";
  }
  if (!list.empty()) log_info(source + ": a benchmark's label map; left out: " + list);
}

}  // namespace

bool is_benchmark_map(const YamlTree& root) { return root.find("learning_map") != nullptr; }

LabelMap parse_benchmark_map(const YamlTree& root, const std::string& source) {
  LabelMap map;
  map.name = source;
  int classes = 0;
  for (const auto& [id, node] : table(root, "learning_map", kMaxRawLabel)) {
    map.to_class[id] = whole_number(*node, str_cat("learning_map.", id), 0, kMaxClasses - 1);
    classes = std::max(classes, map.to_class[id] + 1);
  }
  LSK3D_CHECK(classes >= 2, DataError, root.find("learning_map")->where(),
              ": learning_map: expected at least 2 classes, the ignored one being 0, found ",
              classes);
  map.to_raw = raw_of_classes(root, map, classes);
  map.class_names = names_of(root, map);
  check_ignored(root);

  const Table colors = table(root, "color_map", kMaxRawLabel);
  for (const std::int32_t id : map.to_raw) {
    const auto color = colors.find(id);
    map.colors.push_back({});
    if (color == colors.end()) continue;
    const auto [blue, green, red] = color_of(*color->second, str_cat("color_map.", id));
    map.colors.back() = {red, green, blue};
  }

  const Table shares = table(root, "content", kMaxRawLabel);
  if (!shares.empty()) map.point_counts.resize(static_cast<std::size_t>(classes), 0);
  for (const auto& [id, node] : shares) {
    const double share = share_or_count(*node, str_cat("content.", id));
    const auto label = map.to_class.find(id);
    // The loss leaves the points of class 0 out, so they must not count in the whole either.
    if (label != map.to_class.end() && label->second > 0)
      map.point_counts[static_cast<std::size_t>(label->second)] += share;
  }
  say_what_is_left_out(root, source);
  return map;
}

}  // namespace lsk3d
