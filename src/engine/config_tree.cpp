// SPDX-License-Identifier: MIT
#include "config_tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

#include "lsk3d/core/check.h"
#include "lsk3d/io/file.h"

namespace lsk3d {
namespace {

constexpr int kMaxDepth = 16;

ConfigTree convert(const YAML::Node& node, const std::string& source, int depth) {
  ConfigTree tree;
  tree.where = str_cat(source, ":", node.Mark().line + 1);
  LSK3D_CHECK(depth < kMaxDepth, UsageError, tree.where, ": nested over ", kMaxDepth, " levels deep");
  if (node.IsScalar()) {
    tree.kind = ConfigTree::Kind::scalar;
    tree.scalar = node.Scalar();
    tree.quoted = node.Tag() == "!";
  } else if (node.IsSequence()) {
    tree.kind = ConfigTree::Kind::list;
    for (const auto& item : node) tree.items.push_back(convert(item, source, depth + 1));
  } else if (node.IsMap()) {
    tree.kind = ConfigTree::Kind::map;
    for (const auto& entry : node) {
      LSK3D_CHECK(entry.first.IsScalar(), UsageError, source, ":", entry.first.Mark().line + 1,
                  ": a key must be a plain word");
      const std::string key = entry.first.Scalar();
      LSK3D_CHECK(!tree.find(key), UsageError, source, ":", entry.first.Mark().line + 1, ": key '",
                  key, "' is given twice; keep one of them");
      ConfigTree value = convert(entry.second, source, depth + 1);
      value.where = str_cat(source, ":", entry.first.Mark().line + 1);
      tree.entries.emplace_back(key, std::move(value));
    }
  }
  return tree;
}

ConfigTree load(const std::string& path, std::vector<std::string> chain) {
  const std::string identity = std::filesystem::weakly_canonical(path).string();
  LSK3D_CHECK(std::find(chain.begin(), chain.end(), identity) == chain.end(), UsageError, path,
              ": its 'base' leads back to itself; remove one 'base' of the circle");
  chain.push_back(identity);
  ConfigTree tree = parse_config_tree(read_text_file(path), path);
  ConfigTree* base = tree.find("base");
  if (!base) return tree;
  LSK3D_CHECK(base->kind == ConfigTree::Kind::scalar, UsageError, base->where,
              ": base: expected the path of a YAML file");
  const auto base_path = std::filesystem::path(path).parent_path() / base->scalar;
  LSK3D_CHECK(std::filesystem::exists(base_path), UsageError, base->where, ": base: no file '",
              base_path.string(), "'; the path is relative to ", path);
  ConfigTree merged = load(base_path.string(), chain);
  std::erase_if(tree.entries, [](const auto& entry) { return entry.first == "base"; });
  merge_config_tree(merged, tree);
  return merged;
}

}  // namespace

ConfigTree* ConfigTree::find(const std::string& key) {
  for (auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

ConfigTree parse_config_tree(const std::string& text, const std::string& source) {
  try {
    ConfigTree tree = convert(YAML::Load(text), source, 0);
    LSK3D_CHECK(tree.kind == ConfigTree::Kind::map || tree.kind == ConfigTree::Kind::none,
                UsageError, source, ": expected sections such as 'model:', found something else");
    tree.kind = ConfigTree::Kind::map;
    return tree;
  } catch (const YAML::Exception& e) {
    throw UsageError(str_cat(source, ":", e.mark.line + 1, ": not valid YAML: ", e.msg));
  }
}

ConfigTree load_config_tree(const std::string& path) { return load(path, {}); }

void merge_config_tree(ConfigTree& base, const ConfigTree& over) {
  if (base.kind != ConfigTree::Kind::map || over.kind != ConfigTree::Kind::map) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.entries) {
    if (ConfigTree* present = base.find(key)) merge_config_tree(*present, value);
    else base.entries.emplace_back(key, value);
  }
}

void override_config_tree(ConfigTree& tree, const std::string& assignment) {
  const std::string source = str_cat("--set ", assignment);
  const auto equals = assignment.find('=');
  LSK3D_CHECK(equals != std::string::npos && equals > 0, UsageError, source,
              ": expected section.key=value, as in --set train.lr=0.01");
  ConfigTree value;
  try {
    value = convert(YAML::Load(assignment.substr(equals + 1)), source, 0);
  } catch (const YAML::Exception& e) {
    throw UsageError(str_cat(source, ": the value is not valid YAML: ", e.msg));
  }
  std::string path = assignment.substr(0, equals);
  while (true) {  // wrap the value into its sections, innermost first
    value.where = source;
    const auto dot = path.rfind('.');
    ConfigTree wrapper;
    wrapper.kind = ConfigTree::Kind::map;
    wrapper.where = source;
    wrapper.entries.emplace_back(dot == std::string::npos ? path : path.substr(dot + 1),
                                 std::move(value));
    value = std::move(wrapper);
    if (dot == std::string::npos) break;
    path.resize(dot);
  }
  merge_config_tree(tree, value);
}

}  // namespace lsk3d
