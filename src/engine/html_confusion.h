// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lsk3d {

/// Text for a page: < > & " escaped.
std::string escaped(const std::string& text);

/// The confusion matrix in the JSON of an evaluation as a coloured table, over the classes that
/// occur;
/// "" where there is none.
std::string confusion_html(const nlohmann::ordered_json& valid);

}  // namespace lsk3d
