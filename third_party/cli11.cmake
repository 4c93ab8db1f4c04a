# SPDX-License-Identifier: MIT
# CLI11 (BSD-3-Clause): the command line, headers alone. Target CLI11::CLI11.
find_package(CLI11 2.1 QUIET CONFIG)
if(NOT CLI11_FOUND)
  set(CLI11_PRECOMPILED OFF)
  set(CLI11_BUILD_TESTS OFF)
  set(CLI11_BUILD_EXAMPLES OFF)
  set(CLI11_BUILD_DOCS OFF)
  set(CLI11_INSTALL OFF)
  lsk3d_fetch(CLI11 https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.3.2.tar.gz
    aac0ab42108131ac5d3344a9db0fdf25c4db652296641955720a4fbe52334e22)
endif()
