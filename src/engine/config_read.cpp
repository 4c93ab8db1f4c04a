// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "config_fields.h"
#include "config_tree.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
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

/// Reads one section's keys; every key that is looked up becomes known, the rest is an error.
class SectionReader {
 public:
  SectionReader(std::string name, YamlTree* tree) : name_(std::move(name)), tree_(tree) {
    if (tree_ && tree_->kind == Kind::none) tree_ = nullptr;
    LSK3D_CHECK(!tree_ || tree_->kind == Kind::map, UsageError, tree_->where(), ": ", name_,
                ": expected a section of keys, found ", tree_->found());
  }

  template <typename T>
  void number(const char* key, T& value, double low, double high) {
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

  void list(const char* key, std::vector<int>& values, double low, double high) {
    const YamlTree* node = look_up(key);
    if (!node) return;
    if (node->kind != Kind::list) fail(key, *node, "a list of whole numbers");
    values.clear();
    for (const auto& item : node->items) values.push_back(number_of<int>(key, item, low, high));
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
  void triple(const char* key, std::array<T, 3>& values, double low, double high) {
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
  T number_of(const char* key, const YamlTree& node, double low, double high) const {
    const std::string kind = std::is_integral_v<T> ? "a whole number" : "a number";
    T value{};
    // The negated comparison also refuses NaN.
    if (node.kind != Kind::scalar || !parse_number(node.scalar, value) ||
        !(static_cast<double>(value) >= low && static_cast<double>(value) <= high))
      fail(key, node, str_cat(kind, " from ", low, " to ", high));
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
                  "; the sections are model, voxels, sds, cws, data, sensor, augmentation, train");
  }

 private:
  YamlTree& tree_;
  std::vector<std::string> known_;
};

/// What widths the network takes on, with CWS in the course of training.
void check_widths(const Config& config, const std::string& source) {
  const ModelSettings& m = config.model;
  const bool quads = config.sds.enabled && config.sds.granularity == "2:4";
  LSK3D_CHECK(!quads || (m.channels % 4 == 0 && m.inner_channels % 4 == 0), UsageError, source,
              ": sds.granularity: 2:4 needs model.channels and model.inner_channels in multiples "
              "of 4, found ",
              m.channels, " and ", m.inner_channels);
  if (!config.cws.enabled) return;
  LSK3D_CHECK(m.inner_channels % 2 == 0, UsageError, source,
              ": model.inner_channels: cws needs an even number, found ", m.inner_channels);
  try {
    for (int width : {m.channels, m.inner_width()}) WidthSchedule(width, config.cws, quads, 1);
  } catch (const UsageError& e) {
    throw UsageError(str_cat(source, ": ", e.what()));
  }
}

/// Cuts that cover the kernel.
void check_partition(const char* key, const std::vector<int>& cuts, KernelSize k,
                     const std::string& source) {
  LSK3D_CHECK(k.x == k.y && k.y == k.z && cuts.size() >= 2 && cuts.front() == 0 &&
                  cuts.back() == k.x &&
                  std::is_sorted(cuts.begin(), cuts.end(), std::less_equal<>()),
              UsageError, source, ": ", key, ": expected rising cuts from 0 to the kernel size ",
              k.x, " (model.kernel_size), such as [0, ", std::max(1, k.x / 3), ", ", k.x, "]");
}

/// What goes with which kind of large conv.
void check_conv(const Config& config, const std::string& source) {
  const std::string& conv = config.model.conv;
  if (conv == "shared")
    check_partition("model.shared_partition", config.model.shared_partition, config.model.kernel,
                    source);
  if (!config.sds.enabled) return;
  LSK3D_CHECK(conv != "shared", UsageError, source,
              ": sds.enabled: expected false where model.conv is shared, whose spatial groups have "
              "one weight each, found true; turn it off or choose full or depthwise");
  const std::string& granularity = config.sds.granularity;
  LSK3D_CHECK(conv != "depthwise" || granularity == "element" || granularity == "offset",
              UsageError, source,
              ": sds.granularity: expected element or offset where model.conv is depthwise, whose "
              "offsets have one weight per channel, found '",
              granularity, "'");
  check_partition("sds.partition", config.sds.partition, config.model.kernel, source);
}

/// Rules that span several keys.
void check(const Config& config, const std::string& source) {
  for (std::size_t a = 0; a < 3; ++a)
    LSK3D_CHECK(config.voxels.min[a] < config.voxels.max[a], UsageError, source,
                ": voxels.min must lie below voxels.max on every axis, found ",
                config.voxels.min[a], " and ", config.voxels.max[a], " on axis ", "xyz"[a]);
  LSK3D_CHECK(config.model.channels % 2 == 0, UsageError, source,
              ": model.channels: expected an even number, found ", config.model.channels);
  LSK3D_CHECK(!config.model.scales.empty() &&
                  std::is_sorted(config.model.scales.begin(), config.model.scales.end(),
                                 std::less_equal<>()),
              UsageError, source,
              ": model.scales: expected at least one scale, each larger than the one before");
  const SensorSettings& sensor = config.model.sensor;
  LSK3D_CHECK(sensor.fov_down < sensor.fov_up, UsageError, source,
              ": sensor.fov_down must lie below sensor.fov_up, found ", sensor.fov_down, " and ",
              sensor.fov_up);
  LSK3D_CHECK(config.augmentation.scale_min <= config.augmentation.scale_max, UsageError, source,
              ": augmentation.scale_min must not exceed augmentation.scale_max");
  check_widths(config, source);
  check_conv(config, source);
}

Config read(YamlTree tree, const std::string& source, const std::vector<std::string>& overrides) {
  for (const auto& assignment : overrides) override_config_tree(tree, assignment);
  Config config;
  ConfigReader reader(tree);
  visit_sections(reader, config);
  reader.finish();
  check(config, source);
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

}  // namespace lsk3d
