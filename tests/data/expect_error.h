// SPDX-License-Identifier: MIT
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lsk3d {

/// Demands that `call` throws ErrorType with a one-line message that holds every part.
template <typename ErrorType, typename Call>
void expect_error(Call&& call, const std::vector<std::string>& parts) {
  try {
    call();
    ADD_FAILURE() << "no error was thrown";
  } catch (const ErrorType& error) {
    const std::string what = error.what();
    for (const auto& part : parts)
      EXPECT_NE(what.find(part), std::string::npos) << "'" << part << "' in: " << what;
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
  }
}

}  // namespace lsk3d

namespace lsk3d::testing_support {
using lsk3d::expect_error;
}  // namespace lsk3d::testing_support
