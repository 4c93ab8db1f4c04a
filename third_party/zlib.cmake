# SPDX-License-Identifier: MIT
# zlib (zlib licence): zip files, PNG, gzipped test data. Target ZLIB::ZLIB.
find_package(ZLIB 1.2 QUIET)
if(NOT ZLIB_FOUND)
  set(SKIP_INSTALL_ALL ON)
  lsk3d_fetch(zlib https://github.com/madler/zlib/releases/download/v1.3.1/zlib-1.3.1.tar.gz
    9a93b2b7dfdac77ceba5a558a580e74667dd6fede4585b91eefb60f03b72df23)
  target_include_directories(zlibstatic
    INTERFACE $<BUILD_INTERFACE:${zlib_SOURCE_DIR}> $<BUILD_INTERFACE:${zlib_BINARY_DIR}>)
  add_library(ZLIB::ZLIB ALIAS zlibstatic)
  list(APPEND LSK3D_FETCHED_LIBRARIES zlibstatic)
endif()
