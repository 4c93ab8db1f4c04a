// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "config_fields.h"
#include "config_over.h"
#include "config_tree.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/data/sequence_names.h"
#include "lsk3d/io/yaml_scalar.h"

namespace lsk3d {
namespace {

using Kind = YamlTree::Kind;

template <typename T>
bool parse_number(const std::string& text, T& value) {
  const std::optional<double> real = yaml_number(text);
  if (!real) return false;
  if constexpr (std::is_integral_v<T>)  // 8e3 and 8000.0 are whole numbers too
    if (*real != std::floor(*real) || std::abs(*real) > 0x1p53) return false;
  value = static_cast<T>(*real);
  return true;
}

/// False for NaN too.
bool within(double value, Bound low, Bound high) {
  return (low.open ? value > low.value : value >= low.value) &&
         (high.open ? value < high.value : value <= high.value);
}

std::string range_text(Bound low, Bound high) {
  if (!low.open && !high.open) return str_cat(" from ", low.value, " to ", high.value);
  return str_cat(" in ", low.open ? "(" : "[", low.value, ", ", high.value, high.open ? ")" : "]");
}

/// Reads one section's keys; every key that is looked up becomes known, the rest is an error.
class SectionReader {
 public:
  SectionReader(std::string name, YamlTree* tree) : name_(std::move(name)), tree_(tree) {
    if (tree_ && tree_->kind == Kind::none) tree_ = nullptr;
    LSK3D_CHECK(!tree_ || tree_->kind == Kind::map, UsageError, tree_->where(), ": ", name_,
                ": expected a section of keys, found ", tree_->found());
  }

  template <typename T>
  void number(const char* key, T& value, Bound low, Bound high) {
    if (const YamlTree* node = look_up(key)) value = number_of<T>(key, *node, low, high);
  }

  void flag(const char* key, bool& value) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    const std::optional<bool> said = yaml_bool(node->scalar);
    if (!said) fail(key, *node, "true or false");
    value = *said;
  }

  void text(const char* key, std::string& value) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    if (node->kind != Kind::scalar || node->scalar.empty()) fail(key, *node, "a word or a path");
    value = node->scalar;
  }

  void choice(const char* key, std::string& value, std::initializer_list<const char*> allowed) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    for (const char* option : allowed)
      if (node->kind == Kind::scalar && node->scalar == option) {
        value = option;
        return;
      }
    std::string expected;
    for (const char* option : allowed)
      expected += (expected.empty() ? "" : ", ") + std::string(option);
    fail(key, *node, allowed.size() == 1 ? expected : "one of " + expected);
  }

  void list(const char* key, std::vector<int>& values, Bound low, Bound high) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    if (node->kind != Kind::list) fail(key, *node, "a list of whole numbers");
    values.clear();
    for (const auto& item : node->items) values.push_back(number_of<int>(key, item, low, high));
  }

  /// A text, or a list that makes it with commas.
  void words(const char* key, std::string& value) {
    YamlTree* node = tree_ ? tree_->find(key) : nullptr;
    if (!node || node->kind != Kind::list) return text(key, value);
    known_.emplace_back(key);
    value.clear();
    for (const YamlTree& item : node->items) {
      if (item.kind != Kind::scalar) fail(key, *node, "names of columns");
      value += (value.empty() ? "" : ",") + item.scalar;
    }
    if (value.empty()) fail(key, *node, "names of columns");
  }

  /// Sequences: a list of folder names and ranges of them, or such a list as one text.
  void names(const char* key, std::vector<std::string>& values) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    const bool list = node->kind == Kind::list;
    if (!list && node->kind != Kind::scalar) fail(key, *node, "folder names, as in [0, 3, 11:21]");
    values.clear();
    for (const YamlTree& item : list ? node->items : std::vector<YamlTree>{*node}) {
      if (item.kind != Kind::scalar) fail(key, item, "a folder name");
      const auto of_item = parse_sequence_names(
          item.scalar, str_cat(item.where(), ": ", name_, ".", key));
      values.insert(values.end(), of_item.begin(), of_item.end());
    }
  }

  template <typename T>
  void triple(const char* key, std::array<T, 3>& values, Bound low, Bound high) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    if (node->kind != Kind::list || node->items.size() != 3)
      fail(key, *node, "three numbers [x, y, z]");
    for (std::size_t i = 0; i < 3; ++i) values[i] = number_of<T>(key, node->items[i], low, high);
  }

  /// One odd number, or three in z, y, x order.
  void kernel(const char* key, KernelSize& value) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    std::vector<int> sizes;
    if (node->kind == Kind::scalar) sizes.assign(3, number_of<int>(key, *node, 1, 255));
    else
      for (const auto& item : node->items) sizes.push_back(number_of<int>(key, item, 1, 255));
    const bool odd = std::all_of(sizes.begin(), sizes.end(), [](int k) { return k % 2 == 1; });
    if (sizes.size() != 3 || !odd) fail(key, *node, "an odd number, or three [z, y, x]");
    value = {sizes[0], sizes[1], sizes[2]};
  }

  void finish() const {
    if (!tree_) return;
    for (const auto& [key, value] : tree_->entries)
      LSK3D_CHECK(std::find(known_.begin(), known_.end(), key) != known_.end(), UsageError,
                  value.where(), ": unknown key '", name_, ".", key, "'", did_you_mean(key, known_),
                  "; `lsk3d config print` lists all keys");
  }

 private:
  const YamlTree* look_up(const char* key) {
    known_.emplace_back(key);
    return tree_ ? tree_->find(key) : nullptr;
  }

  template <typename T>
  T number_of(const char* key, const YamlTree& node, Bound low, Bound high) const {
    const std::string kind = std::is_integral_v<T> ? "a whole number" : "a number";
    T value{};
    if (node.kind != Kind::scalar || !parse_number(node.scalar, value) ||
        !within(static_cast<double>(value), low, high))
      fail(key, node, kind + range_text(low, high));
    return value;
  }

  [[noreturn]] void fail(const char* key, const YamlTree& node,
                         const std::string& expected) const {
    throw UsageError(str_cat(node.where(), ": ", name_, ".", key, ": expected ", expected, ", found ",
                             node.found()));
  }

  std::string name_;
  YamlTree* tree_;
  std::vector<std::string> known_;
};

class ConfigReader {
 public:
  explicit ConfigReader(YamlTree& tree) : tree_(tree) {}

  template <typename Settings>
  void section(const char* name, Settings& settings) {
    known_.emplace_back(name);
    SectionReader reader(name, tree_.find(name));
    visit_fields(reader, settings);
    reader.finish();
  }

  void finish() const {
    for (const auto& [key, value] : tree_.entries)
      LSK3D_CHECK(std::find(known_.begin(), known_.end(), key) != known_.end(), UsageError,
                  value.where(), ": unknown section '", key, "'", did_you_mean(key, known_),
                  "; the sections are ", all_sections());
  }

 private:
  std::string all_sections() const {
    std::string list;
    for (const auto& name : known_) list += (list.empty() ? "" : ", ") + name;
    return list;
  }

  YamlTree& tree_;
  std::vector<std::string> known_;
};

/// An empty `model.classes` is none at all.
void drop_empty_classes(YamlTree& tree) {
  if (YamlTree* model = tree.find("model"))
    std::erase_if(model->entries, [](const auto& entry) {
      return entry.first == "classes" && entry.second.kind == Kind::none;
    });
}

/// How many classes the label map has, for a configuration that does not say it.
int classes_of_label_map(const Config& config, const ConfigPlaces& places) {
  try {
    return load_label_map(config.data.label_map).classes();
  } catch (const UsageError& e) {
    throw UsageError(str_cat(places.of({"data.label_map"}), ": data.label_map: ", e.what()));
  }
}

/// The tree's keys on top of `under`.
Config read_over(Config under, YamlTree& tree, const std::vector<std::string>& overrides) {
  for (const auto& assignment : overrides) override_config_tree(tree, assignment);
  drop_empty_classes(tree);
  ConfigReader reader(tree);
  visit_sections(reader, under);
  reader.finish();
  return under;
}

Config read(YamlTree tree, const std::string& source, const std::vector<std::string>& overrides) {
  Config config = read_over({}, tree, overrides);
  const ConfigPlaces places(tree, source);
  if (!places.said("model.classes")) config.model.classes = classes_of_label_map(config, places);
  check_config(config, places);
  return config;
}

}  // namespace

Config load_config(const std::string& path, const std::vector<std::string>& overrides) {
  return read(load_config_tree(path), path, overrides);
}

Config parse_config(const std::string& text, const std::string& source,
                    const std::vector<std::string>& overrides) {
  return read(parse_config_tree(text, source), source, overrides);
}

Config load_config_over(const Config& under, const std::string& path,
                        const std::vector<std::string>& overrides,
                        const std::function<void(const Config&, const ConfigPlaces&)>& agree) {
  const std::string source = path.empty() ? "defaults" : path;
  YamlTree tree = path.empty() ? parse_config_tree("", source) : load_config_tree(path);
  const Config config = read_over(under, tree, overrides);
  const ConfigPlaces places(tree, source);
  agree(config, places);
  check_config(config, places);
  return config;
}

}  // namespace lsk3d
