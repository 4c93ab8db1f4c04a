// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace lsk3d::cli {

/// The processor's name as the system gives it, or "unknown processor".
std::string processor_name();

}  // namespace lsk3d::cli
