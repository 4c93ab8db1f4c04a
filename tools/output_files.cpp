// SPDX-License-Identifier: MIT
#include "output_files.h"

#include <filesystem>

#include "lsk3d/core/check.h"

namespace lsk3d::cli {
namespace {

namespace fs = std::filesystem;

bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const fs::path first = fs::absolute(a, error), second = fs::absolute(b, error);
  return first.lexically_normal() == second.lexically_normal();
}

}  // namespace

void check_outputs(const std::vector<NamedPath>& written, const std::vector<NamedPath>& read) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    for (const NamedPath& input : read)
      LSK3D_CHECK(!same_file(written[i].path, input.path), UsageError, written[i].option, " ",
                  written[i].path, ": expected another file than ", input.option,
                  ", which it would overwrite; choose another name");
    for (std::size_t j = 0; j < i; ++j)
      LSK3D_CHECK(!same_file(written[i].path, written[j].path), UsageError, written[i].option, " ",
                  written[i].path, ": expected another file than ", written[j].option,
                  ", which is written too; choose another name");
  }
}

}  // namespace lsk3d::cli
