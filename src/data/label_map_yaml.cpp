// SPDX-License-Identifier: MIT
// Reads a label map: name, classes (name, raw, color, points), raw (raw id: class); or the
// benchmark's own form.
#include <algorithm>
#include <filesystem>

#include "built_in_label_maps.h"
#include "label_map_benchmark.h"
#include "label_map_fields.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/data/label_map.h"

namespace lsk3d {
namespace {

using Kind = YamlTree::Kind;

void check_keys(const YamlTree& map, const std::vector<std::string>& known) {
  for (const auto& [key, value] : map.entries)
    LSK3D_CHECK(std::find(known.begin(), known.end(), key) != known.end(), DataError, value.where(),
                ": unknown key '", key, "' in a label map", did_you_mean(key, known));
}

void read_class(const YamlTree& node, LabelMap& map) {
  const std::string key = str_cat("classes[", map.class_names.size(), "]");
  LSK3D_CHECK(node.kind == Kind::map, DataError, node.where(), ": ", key,
              ": expected {name: …, raw: …, color: [r, g, b], points: …}, found ", node.found());
  check_keys(node, {"name", "raw", "color", "points"});
  const YamlTree *name = node.find("name"), *raw = node.find("raw"), *rgb = node.find("color"),
                 *points = node.find("points");
  LSK3D_CHECK(name && raw, DataError, node.where(), ": ", key, ": expected at least name and raw");
  const std::string text = text_of(*name, key + ".name");
  const bool printable = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c >= 0x20 && c != 0x7F;
  });
  LSK3D_CHECK(!text.empty() && printable, DataError, name->where(), ": ", key,
              ".name: expected a name of printable characters, found '", text, "'");
  const auto other = std::find(map.class_names.begin(), map.class_names.end(), text);
  LSK3D_CHECK(other == map.class_names.end(), DataError, name->where(), ": ", key,
              ".name: expected another name than those before, found '", text, "', as class ",
              other - map.class_names.begin(), " is called");
  map.class_names.push_back(text);
  map.to_raw.push_back(whole_number(*raw, key + ".raw", 0, kMaxRawLabel));
  map.colors.push_back(rgb ? color_of(*rgb, key + ".color") : std::array<std::uint8_t, 3>{});
  if (points) map.point_counts.push_back(share_or_count(*points, key + ".points"));
}

LabelMap parse(const YamlTree& root, const std::string& source) {
  LSK3D_CHECK(root.kind == Kind::map, DataError, source,
              ": expected a label map with the keys name, classes, raw, found ", root.found());
  if (is_benchmark_map(root)) return parse_benchmark_map(root, source);
  check_keys(root, {"name", "classes", "raw"});
  const YamlTree *name = root.find("name"), *classes = root.find("classes"),
                 *raw = root.find("raw");
  LSK3D_CHECK(classes && classes->kind == Kind::list && classes->items.size() >= 2 &&
                  classes->items.size() <= kMaxClasses,
              DataError, (classes ? *classes : root).where(), ": classes: expected a list of 2 … ",
              kMaxClasses, " classes, the ignored one first");
  LSK3D_CHECK(raw && raw->kind == Kind::map, DataError, (raw ? *raw : root).where(),
              ": raw: expected a map from raw id to class");
  LabelMap map;
  map.name = name ? text_of(*name, "name") : source;
  for (const auto& node : classes->items) read_class(node, map);
  LSK3D_CHECK(map.point_counts.empty() || map.point_counts.size() == map.class_names.size(),
              DataError, classes->where(),
              ": classes: expected points for every class or for none");
  for (const auto& entry : raw->entries) {
    const std::int32_t id = number_key(entry, "raw", 0, kMaxRawLabel);
    const std::int32_t label =
        whole_number(entry.second, str_cat("raw.", id), 0, map.classes() - 1);
    LSK3D_CHECK(map.to_class.emplace(id, label).second, DataError, entry.second.where(),
                ": raw id ", id, " is listed twice");
  }
  for (int c = 0; c < map.classes(); ++c) {
    const std::int32_t id = map.to_raw[static_cast<std::size_t>(c)];
    const auto found = map.to_class.find(id);
    LSK3D_CHECK(found != map.to_class.end() && found->second == c, DataError, classes->where(),
                ": class ", c, " (", map.class_names[static_cast<std::size_t>(c)],
                ") is written as raw id ", id, ", so raw must hold '", id, ": ", c, "'");
  }
  return map;
}

/// Throws UsageError that lists the built-in maps where `name` can be no path either.
void check_is_path(const std::string& name) {
  std::error_code error;
  if (name.find('/') != std::string::npos || name.ends_with(".yaml") || name.ends_with(".yml") ||
      std::filesystem::is_regular_file(name, error))
    return;
  std::vector<std::string> names;
  std::string list;
  for (const auto& [known, text] : built_in_label_maps()) {
    names.push_back(known);
    list += (list.empty() ? "" : ", ") + known;
  }
  throw UsageError(str_cat("label map '", name, "': expected one of ", list,
                           " or the path of a YAML file", did_you_mean(name, names)));
}

}  // namespace

LabelMap load_label_map(const std::string& name_or_path) {
  const auto& built_in = built_in_label_maps();
  const auto found = built_in.find(name_or_path);
  if (found != built_in.end()) return parse_label_map(found->second, name_or_path);
  check_is_path(name_or_path);
  return parse_label_map(read_yaml_text(name_or_path), name_or_path);
}

LabelMap parse_label_map(const std::string& text, const std::string& source) {
  return parse(parse_yaml(text, source), source);
}

}  // namespace lsk3d
