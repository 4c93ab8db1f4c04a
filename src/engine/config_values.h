// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lsk3d/engine/config.h"

namespace lsk3d {

/// Every value of a configuration as its YAML says it, by key: {"voxels.grid", "[200, 200, 12]"}.
std::map<std::string, std::string> config_values(const Config& config);

/// `config` with some values replaced; `source` stands for its file in messages.
Config with_values(const Config& config, const std::map<std::string, std::string>& values,
                   const std::string& source);

}  // namespace lsk3d
