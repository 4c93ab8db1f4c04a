// SPDX-License-Identifier: MIT
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/process.h"

namespace lsk3d::testing_support {

inline ::testing::AssertionResult ok(const ProcessResult& result) {
  if (result.exit_code == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "exit code " << result.exit_code << ", signal "
                                       << result.signal << ", stderr: " << result.err;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The run failed as promised: this exit code, one line on stderr that names all `parts`.
inline ::testing::AssertionResult fails(const ProcessResult& result, int exit_code,
                                        const std::vector<std::string>& parts) {
  auto failure = ::testing::AssertionFailure()
                 << "exit code " << result.exit_code << ", signal " << result.signal
                 << ", stdout: " << result.out << ", stderr: " << result.err;
  if (result.exit_code != exit_code) return failure << " (expected exit code " << exit_code << ")";
  if (!result.err.starts_with("lsk3d: error: ") ||
      std::count(result.err.begin(), result.err.end(), '\n') != 1)
    return failure << " (expected one line 'lsk3d: error: …')";
  for (const std::string& part : parts)
    if (!contains(result.err, part)) return failure << " (expected '" << part << "' in it)";
  return ::testing::AssertionSuccess();
}

}  // namespace lsk3d::testing_support
