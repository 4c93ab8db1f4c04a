// SPDX-License-Identifier: MIT
// What every form of a label map is made of.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "lsk3d/io/yaml_tree.h"

namespace lsk3d {

inline constexpr int kMaxRawLabel = 0xFFFF;
inline constexpr int kMaxClasses = 1024;  // far above any data set: stops absurd files early

/// Each throws DataError naming file, line and `key` where `node` is something else.
std::int32_t whole_number(const YamlTree& node, const std::string& key, int low, int high);
double share_or_count(const YamlTree& node, const std::string& key);
std::string text_of(const YamlTree& node, const std::string& key);
/// Three bytes, in the order in which they stand.
std::array<std::uint8_t, 3> color_of(const YamlTree& node, const std::string& key);
/// The key of a map's entry, which is a whole number itself.
std::int32_t number_key(const std::pair<std::string, YamlTree>& entry, const std::string& of,
                        int low, int high);

}  // namespace lsk3d
