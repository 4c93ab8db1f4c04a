# SPDX-License-Identifier: MIT
# Highway (Apache-2.0 or BSD-3-Clause): vector instructions chosen at run time. Target hwy::hwy.
find_package(hwy 1.0.3 QUIET CONFIG)
if(NOT hwy_FOUND)
  set(HWY_ENABLE_CONTRIB OFF)
  set(HWY_ENABLE_EXAMPLES OFF)
  set(HWY_ENABLE_TESTS OFF)
  set(HWY_ENABLE_INSTALL OFF)
  set(HWY_FORCE_STATIC_LIBS ON)
  set(BUILD_TESTING OFF)
  lsk3d_fetch(highway https://github.com/google/highway/archive/refs/tags/1.0.7.tar.gz
    5434488108186c170a5e2fca5e3c9b6ef59a1caa4d520b008a9b8be6b8abe6c5)
  if(NOT TARGET hwy::hwy)
    add_library(hwy::hwy ALIAS hwy)
  endif()
  list(APPEND LSK3D_FETCHED_LIBRARIES hwy)
endif()
