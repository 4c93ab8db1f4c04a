# SPDX-License-Identifier: MIT
# GoogleTest (BSD-3-Clause): the tests. Targets GTest::gtest and GTest::gtest_main.
find_package(GTest 1.11 QUIET CONFIG)
if(NOT GTest_FOUND)
  set(BUILD_GMOCK OFF)
  set(INSTALL_GTEST OFF)
  lsk3d_fetch(googletest https://github.com/google/googletest/archive/refs/tags/v1.14.0.tar.gz
    8ad598c73ad796e0d8280b082cebd82a630d73e73cd3c70057938a6501bba5d7)
endif()
