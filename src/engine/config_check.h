// SPDX-License-Identifier: MIT
// The rules that span several keys of a configuration.
#pragma once
#include <initializer_list>
#include <string>

#include "lsk3d/engine/config.h"
#include "lsk3d/io/yaml_tree.h"

namespace lsk3d {

/// Where the keys of a configuration were said.
class ConfigPlaces {
 public:
  /// `source` names the configuration as a whole. Both outlive this.
  ConfigPlaces(const YamlTree& tree, const std::string& source) : tree_(tree), source_(source) {}

  bool said(const std::string& key) const { return find(key) != nullptr; }
  /// "file.yaml:12" of the first of `keys` ("model.scales") that was said, else the source.
  std::string of(std::initializer_list<const char*> keys) const;

 private:
  const YamlTree* find(const std::string& key) const;

  const YamlTree& tree_;
  const std::string& source_;
};

/// Throws UsageError that names place, key, what was expected and what was found.
void check_config(const Config& config, const ConfigPlaces& places);

}  // namespace lsk3d
