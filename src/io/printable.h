// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace lsk3d {

/// Text from a file, fit for a one-line message: in quotes, control characters as '?', cut short.
std::string printable(std::string_view text);

}  // namespace lsk3d
