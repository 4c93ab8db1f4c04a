// SPDX-License-Identifier: MIT
// Sequences go by the names of their folders: 00, 08, 100, city_3.
#pragma once
#include <string>
#include <vector>

namespace lsk3d {

/// "03,11:21,city" -> 03, 11, 12, … 21, city: names and ranges of numbers, in that order. `what`
/// opens the message of the UsageError that names the item which is neither.
std::vector<std::string> parse_sequence_names(const std::string& text, const std::string& what);

/// The folder of `existing` that `name` means: the one of that very name, else, for a number, the one
/// that is the same number (8 finds 08); "" where there is none. Throws UsageError where a number
/// fits several.
std::string find_sequence(const std::string& name, const std::vector<std::string>& existing);

}  // namespace lsk3d
