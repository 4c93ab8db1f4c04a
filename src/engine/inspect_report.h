// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "inspect_model.h"

namespace lsk3d {

nlohmann::ordered_json to_json(const ModelFacts& facts, const Config& config);
std::string to_text(const ModelFacts& facts, const Config& config);

/// "47.9 M", "312": for people.
std::string short_number(double value);
std::string percent_text(double share);

}  // namespace lsk3d
