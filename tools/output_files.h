// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace lsk3d::cli {

/// A path that an option names; an empty one was not given.
struct NamedPath {
  std::string option, path;
};

/// Throws UsageError where a file to write is one that is read, or another that is written: nothing
/// that a user gave is overwritten by what is made of it. Existing files are compared as files,
/// through links; others by name.
void check_outputs(const std::vector<NamedPath>& written, const std::vector<NamedPath>& read);

}  // namespace lsk3d::cli
