// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "lsk3d/engine/checkpoint.h"

namespace lsk3d {

/// What a model file says of the scans it takes and the labels it gives: classes with raw ids and
/// colours, how clouds are read, the sensor, what the scans of the training looked like.
nlohmann::ordered_json input_json(const CheckpointInfo& info);
std::string input_text(const CheckpointInfo& info);

}  // namespace lsk3d
