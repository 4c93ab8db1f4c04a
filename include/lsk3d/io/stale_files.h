// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace lsk3d {

/// Removes the half-written temporary files, NAME.tmp.PROCESS.NUMBER, that processes which are no
/// more have left in `folder` and, where `recursive`, in folders inside it.
void remove_stale_files(const std::string& folder, bool recursive = false);

}  // namespace lsk3d
