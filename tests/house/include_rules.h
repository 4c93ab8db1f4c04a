// SPDX-License-Identifier: MIT
// The rules of the house for one source file, as a function of its path and text.
#pragma once
#include <string>
#include <vector>

namespace lsk3d::house {

/// The layers, ground floor first, as layers.txt lists them.
const std::vector<std::string>& layers();

/// What `text`, the file at `path` (relative to the repository), breaks: one line each, with the line's
/// number and what to do. Checked: a layer includes only itself and the layers below it (cuda/ counts
/// as kernels, tools/ stands above all, tests are free); public headers include nothing but lsk3d and
/// the standard library; no include climbs with ".."; headers have #pragma once; the licence line.
std::vector<std::string> broken_rules(const std::string& path, const std::string& text);

}  // namespace lsk3d::house
