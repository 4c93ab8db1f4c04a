// SPDX-License-Identifier: MIT
#include "config_values.h"

#include <sstream>

#include "lsk3d/core/check.h"

namespace lsk3d {

std::map<std::string, std::string> config_values(const Config& config) {
  std::map<std::string, std::string> values;
  std::istringstream lines(to_yaml(config));
  std::string line, section;
  while (std::getline(lines, line)) {
    const std::size_t colon = line.find(':');
    LSK3D_ASSERT(colon != std::string::npos, "configuration line '", line, "'");
    if (line[0] != ' ') section = line.substr(0, colon);
    else values[section + "." + line.substr(2, colon - 2)] = line.substr(colon + 2);
  }
  return values;
}

Config with_values(const Config& config, const std::map<std::string, std::string>& values,
                   const std::string& source) {
  std::vector<std::string> overrides;
  for (const auto& [key, value] : values) overrides.push_back(key + "=" + value);
  return parse_config(to_yaml(config), source, overrides);
}

}  // namespace lsk3d
