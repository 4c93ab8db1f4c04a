// SPDX-License-Identifier: MIT
// What a plain YAML word means, as people write it.
#pragma once
#include <optional>
#include <string>

namespace lsk3d {

/// true, yes, on, y and their opposites in the three spellings of YAML 1.1 (yes, Yes, YES).
std::optional<bool> yaml_bool(const std::string& text);

/// 8, +8, 1_000, 8e3, .5, 5., 0x1F, 0o17, 0b101, .inf, .nan. Leading zeros are decimal: 010 is ten,
/// as in the names of sequences.
std::optional<double> yaml_number(const std::string& text);

}  // namespace lsk3d
