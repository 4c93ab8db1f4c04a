// SPDX-License-Identifier: MIT
// Reads a label map: name, classes (name, raw, color, points), raw (raw id: class).
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "built_in_label_maps.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/io/file.h"

namespace lsk3d {
namespace {

constexpr int kMaxRaw = 0xFFFF;
constexpr std::size_t kMaxClasses = 1024;  // far above any data set: stops absurd files early

/// "labels.yaml:12".
std::string place(const std::string& source, const YAML::Node& node) {
  return node.IsDefined() && node.Mark().line >= 0 ? str_cat(source, ":", node.Mark().line + 1)
                                                   : source;
}

template <typename T>
T scalar(const YAML::Node& node, const std::string& source, const std::string& key,
         const char* expected) {
  try {
    return node.as<T>();
  } catch (const YAML::Exception&) {
    throw DataError(str_cat(place(source, node), ": ", key, ": expected ", expected));
  }
}

std::int32_t integer(const YAML::Node& node, const std::string& source, const std::string& key,
                     int low, int high) {
  const std::string expected = str_cat("a whole number in ", low, " … ", high);
  const int value = scalar<int>(node, source, key, expected.c_str());
  LSK3D_CHECK(value >= low && value <= high, DataError, place(source, node), ": ", key,
              ": expected ", expected, ", found ", value);
  return value;
}

void check_keys(const YAML::Node& map, const std::string& source,
                const std::vector<std::string>& known) {
  for (const auto& item : map) {
    const auto key = scalar<std::string>(item.first, source, "key", "text");
    LSK3D_CHECK(std::find(known.begin(), known.end(), key) != known.end(), DataError,
                place(source, item.first), ": unknown key '", key, "' in a label map",
                did_you_mean(key, known));
  }
}

void read_class(const YAML::Node& node, const std::string& source, LabelMap& map) {
  const std::string key = str_cat("classes[", map.class_names.size(), "]");
  LSK3D_CHECK(node.IsMap(), DataError, place(source, node), ": ", key,
              ": expected {name: …, raw: …, color: [r, g, b], points: …}");
  check_keys(node, source, {"name", "raw", "color", "points"});
  LSK3D_CHECK(node["name"] && node["raw"], DataError, place(source, node), ": ", key,
              ": expected at least name and raw");
  map.class_names.push_back(scalar<std::string>(node["name"], source, key + ".name", "text"));
  map.to_raw.push_back(integer(node["raw"], source, key + ".raw", 0, kMaxRaw));
  std::array<std::uint8_t, 3> color{};
  if (const YAML::Node rgb = node["color"]) {
    LSK3D_CHECK(rgb.IsSequence() && rgb.size() == 3, DataError, place(source, rgb), ": ", key,
                ".color: expected [red, green, blue]");
    for (std::size_t i = 0; i < 3; ++i)
      color[i] = static_cast<std::uint8_t>(integer(rgb[i], source, key + ".color", 0, 255));
  }
  map.colors.push_back(color);
  if (const YAML::Node points = node["points"]) {
    const double count = scalar<double>(points, source, key + ".points", "a number");
    LSK3D_CHECK(std::isfinite(count) && count >= 0, DataError, place(source, points), ": ", key,
                ".points: expected a count or share >= 0, found ", count);
    map.point_counts.push_back(count);
  }
}

LabelMap parse(const YAML::Node& root, const std::string& source) {
  LSK3D_CHECK(root.IsMap(), DataError, source,
              ": expected a label map with the keys name, classes, raw");
  check_keys(root, source, {"name", "classes", "raw"});
  const YAML::Node classes = root["classes"], raw = root["raw"];
  LSK3D_CHECK(
      classes && classes.IsSequence() && classes.size() >= 2 && classes.size() <= kMaxClasses,
      DataError, place(source, classes ? classes : root), ": classes: expected a list of 2 … ",
      kMaxClasses, " classes, the ignored one first");
  LSK3D_CHECK(raw && raw.IsMap(), DataError, place(source, raw ? raw : root),
              ": raw: expected a map from raw id to class");
  LabelMap map;
  map.name = root["name"] ? scalar<std::string>(root["name"], source, "name", "text") : source;
  for (const auto& node : classes) read_class(node, source, map);
  LSK3D_CHECK(map.point_counts.empty() || map.point_counts.size() == map.class_names.size(),
              DataError, place(source, classes),
              ": classes: expected points for every class or for none");
  for (const auto& item : raw) {
    const std::int32_t id = integer(item.first, source, "raw", 0, kMaxRaw);
    const std::int32_t label =
        integer(item.second, source, str_cat("raw.", id), 0, map.classes() - 1);
    LSK3D_CHECK(map.to_class.emplace(id, label).second, DataError, place(source, item.first),
                ": raw id ", id, " is listed twice");
  }
  for (int c = 0; c < map.classes(); ++c) {
    const std::int32_t id = map.to_raw[static_cast<std::size_t>(c)];
    const auto found = map.to_class.find(id);
    LSK3D_CHECK(found != map.to_class.end() && found->second == c, DataError,
                place(source, classes), ": class ", c, " (",
                map.class_names[static_cast<std::size_t>(c)], ") is written as raw id ", id,
                ", so raw must hold '", id, ": ", c, "'");
  }
  return map;
}

}  // namespace

LabelMap load_label_map(const std::string& name_or_path) {
  const auto& built_in = built_in_label_maps();
  const auto found = built_in.find(name_or_path);
  std::string text;
  if (found != built_in.end()) {
    text = found->second;
  } else {
    std::error_code error;
    const bool is_path = name_or_path.find('/') != std::string::npos ||
                         name_or_path.ends_with(".yaml") || name_or_path.ends_with(".yml") ||
                         std::filesystem::is_regular_file(name_or_path, error);
    if (!is_path) {
      std::vector<std::string> names;
      std::string list;
      for (const auto& [name, unused] : built_in) {
        names.push_back(name);
        list += (list.empty() ? "" : ", ") + name;
      }
      throw UsageError(str_cat("label map '", name_or_path, "': expected one of ", list,
                               " or the path of a YAML file", did_you_mean(name_or_path, names)));
    }
    text = read_text_file(name_or_path);
  }
  return parse_label_map(text, name_or_path);
}

LabelMap parse_label_map(const std::string& text, const std::string& source) {
  try {
    return parse(YAML::Load(text), source);
  } catch (const YAML::Exception& error) {
    throw DataError(str_cat(source,
                            error.mark.line >= 0 ? str_cat(":", error.mark.line + 1) : "",
                            ": not readable as YAML: ", error.msg));
  }
}

}  // namespace lsk3d
