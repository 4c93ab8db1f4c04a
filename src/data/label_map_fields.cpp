// SPDX-License-Identifier: MIT
#include "label_map_fields.h"

#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/io/yaml_scalar.h"

namespace lsk3d {
namespace {

using Kind = YamlTree::Kind;

std::int32_t whole(const std::string& text, const YamlTree& node, const std::string& key,
                   const std::string& found, int low, int high) {
  const auto value = yaml_number(text);
  LSK3D_CHECK(value && *value == std::floor(*value) && *value >= low && *value <= high, DataError,
              node.where(), ": ", key, ": expected a whole number in ", low, " … ", high,
              ", found ", found);
  return static_cast<std::int32_t>(*value);
}

}  // namespace

std::int32_t whole_number(const YamlTree& node, const std::string& key, int low, int high) {
  return whole(node.scalar, node, key, node.found(), low, high);
}

std::int32_t number_key(const std::pair<std::string, YamlTree>& entry, const std::string& of,
                        int low, int high) {
  return whole(entry.first, entry.second, of, "the key '" + entry.first + "'", low, high);
}

double share_or_count(const YamlTree& node, const std::string& key) {
  const auto value = yaml_number(node.scalar);
  LSK3D_CHECK(value && std::isfinite(*value) && *value >= 0, DataError, node.where(), ": ", key,
              ": expected a count or share >= 0, found ", node.found());
  return *value;
}

std::string text_of(const YamlTree& node, const std::string& key) {
  LSK3D_CHECK(node.kind == Kind::scalar, DataError, node.where(), ": ", key,
              ": expected text, found ", node.found());
  return node.scalar;
}

std::array<std::uint8_t, 3> color_of(const YamlTree& node, const std::string& key) {
  LSK3D_CHECK(node.kind == Kind::list && node.items.size() == 3, DataError, node.where(), ": ", key,
              ": expected three numbers in 0 … 255, found ", node.found());
  std::array<std::uint8_t, 3> color{};
  for (std::size_t i = 0; i < 3; ++i)
    color[i] = static_cast<std::uint8_t>(whole_number(node.items[i], key, 0, 255));
  return color;
}

}  // namespace lsk3d
