# SPDX-License-Identifier: MIT
# libpng (libpng licence): pictures. Target PNG::PNG.
find_package(PNG 1.6 QUIET)
if(NOT PNG_FOUND)
  set(PNG_SHARED OFF)
  set(PNG_TESTS OFF)
  set(PNG_TOOLS OFF)
  set(SKIP_INSTALL_ALL ON)
  if(TARGET zlibstatic)  # the zlib fetched before
    set(PNG_BUILD_ZLIB ON)
    set(ZLIB_INCLUDE_DIRS ${zlib_SOURCE_DIR} ${zlib_BINARY_DIR})
    set(ZLIB_LIBRARIES ZLIB::ZLIB)
  endif()
  lsk3d_fetch(libpng https://github.com/pnggroup/libpng/archive/refs/tags/v1.6.43.tar.gz
    fecc95b46cf05e8e3fc8a414750e0ba5aad00d89e9fdf175e94ff041caf1a03a)
  target_include_directories(png_static
    INTERFACE $<BUILD_INTERFACE:${libpng_SOURCE_DIR}> $<BUILD_INTERFACE:${libpng_BINARY_DIR}>)
  add_library(PNG::PNG ALIAS png_static)
  list(APPEND LSK3D_FETCHED_LIBRARIES png_static)
endif()
