// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "lsk3d/data/data_report.h"

namespace lsk3d::cli {

nlohmann::ordered_json to_json(const DataReport& report);

/// For `inspect` of a folder: the report as text, or as JSON.
std::string data_set_summary(const std::string& root, const CloudFormat& format, bool json);

}  // namespace lsk3d::cli
