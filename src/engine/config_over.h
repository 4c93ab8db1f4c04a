// SPDX-License-Identifier: MIT
// Configurations that need not say everything.
#pragma once
#include <functional>

#include "config_check.h"

namespace lsk3d {

/// As load_config, but what neither the file nor `overrides` say stays as in `under`; without a
/// path there is no file. `agree` sees what came out, and where its keys were said, before the
/// rules that span keys are checked.
Config load_config_over(const Config& under, const std::string& path,
                        const std::vector<std::string>& overrides,
                        const std::function<void(const Config&, const ConfigPlaces&)>& agree);

}  // namespace lsk3d
