// SPDX-License-Identifier: MIT
// Checks of what users give (LSK3D_CHECK) and of what we promise ourselves (LSK3D_ASSERT).
#pragma once
#include <sstream>
#include <string>

#include "lsk3d/core/error.h"

namespace lsk3d {

/// Concatenates the arguments as operator<< prints them.
template <typename... Args>
std::string str_cat(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return out.str();
}

}  // namespace lsk3d

/// Throws `ErrorType` with the concatenated rest of the arguments unless `condition` holds.
#define LSK3D_CHECK(condition, ErrorType, ...)                              \
  do {                                                                      \
    if (!(condition)) throw ::lsk3d::ErrorType(::lsk3d::str_cat(__VA_ARGS__)); \
  } while (false)

/// An invariant of ours; its failure is a bug in lsk3d, never the user's mistake.
#define LSK3D_ASSERT(condition, ...)                                                          \
  do {                                                                                        \
    if (!(condition))                                                                         \
      throw ::lsk3d::InternalError(::lsk3d::str_cat(__FILE__, ":", __LINE__, ": invariant '", \
                                                    #condition, "' broken: ", __VA_ARGS__));  \
  } while (false)
