// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace lsk3d {

/// "; did you mean 'lr'?" for the nearest of `known` by edit distance, "" where none is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}  // namespace lsk3d
