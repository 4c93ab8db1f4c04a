// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/engine/config.h"

namespace lsk3d::cli {

/// The sequences of "train", "valid" or "test"; UsageError on another name.
std::vector<std::string> sequences_of(const DataSettings& data, const std::string& split);

}  // namespace lsk3d::cli
