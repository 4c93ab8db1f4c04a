// SPDX-License-Identifier: MIT
#include "config_tree.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "config_release.h"
#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

using Kind = YamlTree::Kind;

YamlTree parse(const std::string& text, const std::string& source) {
  try {
    return parse_yaml(text, source);
  } catch (const DataError& e) {
    throw UsageError(e.what());
  }
}

YamlTree load(const std::string& path, std::vector<std::string> chain) {
  const std::string identity = std::filesystem::weakly_canonical(path).string();
  LSK3D_CHECK(std::find(chain.begin(), chain.end(), identity) == chain.end(), UsageError, path,
              ": its 'base' leads back to itself; remove one 'base' of the circle");
  chain.push_back(identity);
  YamlTree tree = parse_config_tree(read_yaml_text(path), path);
  YamlTree* base = tree.find("base");
  if (!base) return tree;
  LSK3D_CHECK(base->kind == Kind::scalar, UsageError, base->where(),
              ": base: expected the path of a YAML file, found ", base->found());
  const auto base_path = std::filesystem::path(path).parent_path() / base->scalar;
  LSK3D_CHECK(std::filesystem::exists(base_path), UsageError, base->where(), ": base: no file '",
              base_path.string(), "'; the path is relative to ", path);
  YamlTree merged = load(base_path.string(), chain);
  std::erase_if(tree.entries, [](const auto& entry) { return entry.first == "base"; });
  merge_config_tree(merged, tree);
  return merged;
}

bool is_control(char c) { return (c >= 0 && c < ' ') || c == 0x7f; }

/// An override as messages name it: one line, not too long.
std::string shown(const std::string& assignment) {
  constexpr std::size_t kLongest = 80;
  std::string text = assignment.substr(0, kLongest);
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  return "--set " + text + (assignment.size() > kLongest ? "…" : "");
}

void forget_lines(YamlTree& tree) {
  tree.line = 0;
  for (YamlTree& item : tree.items) forget_lines(item);
  for (auto& [key, value] : tree.entries) forget_lines(value);
}

}  // namespace

YamlTree parse_config_tree(const std::string& text, const std::string& source) {
  YamlTree tree = parse(text, source);
  LSK3D_CHECK(tree.kind == Kind::map || tree.kind == Kind::none, UsageError, source,
              ": expected sections such as 'model:', found ", tree.found());
  tree.kind = Kind::map;
  return is_release_config(tree) ? from_release_config(tree) : tree;
}

YamlTree load_config_tree(const std::string& path) { return load(path, {}); }

void merge_config_tree(YamlTree& base, const YamlTree& over) {
  if (base.kind == Kind::map && over.kind == Kind::none) return;
  if (base.kind != Kind::map || over.kind != Kind::map) {
    base = over;
    return;
  }
  std::unordered_map<std::string, std::size_t> present;
  for (std::size_t i = 0; i < base.entries.size(); ++i) present.emplace(base.entries[i].first, i);
  for (const auto& [key, value] : over.entries) {
    const auto found = present.find(key);
    if (found == present.end()) base.entries.emplace_back(key, value);
    else merge_config_tree(base.entries[found->second].second, value);
  }
}

void override_config_tree(YamlTree& tree, const std::string& assignment) {
  constexpr std::ptrdiff_t kMostDots = 8;
  const auto source = std::make_shared<const std::string>(shown(assignment));
  const auto equals = assignment.find('=');
  std::string path = assignment.substr(0, equals);
  LSK3D_CHECK(equals != std::string::npos && equals > 0 &&
                  std::count(path.begin(), path.end(), '.') <= kMostDots &&
                  std::none_of(path.begin(), path.end(), is_control),
              UsageError, *source, ": expected section.key=value, as in --set train.lr=0.01");
  YamlTree value = parse(assignment.substr(equals + 1), *source);
  forget_lines(value);
  while (true) {  // wrap the value into its sections, innermost first
    value.source = source;
    const auto dot = path.rfind('.');
    YamlTree wrapper;
    wrapper.kind = Kind::map;
    wrapper.source = source;
    wrapper.entries.emplace_back(dot == std::string::npos ? path : path.substr(dot + 1),
                                 std::move(value));
    value = std::move(wrapper);
    if (dot == std::string::npos) break;
    path.resize(dot);
  }
  merge_config_tree(tree, value);
}

}  // namespace lsk3d
