# SPDX-License-Identifier: MIT
# spdlog (MIT) with fmt (MIT) inside it: log lines. Target spdlog::spdlog.
find_package(spdlog 1.8 QUIET CONFIG)
if(NOT spdlog_FOUND)
  lsk3d_fetch(spdlog https://github.com/gabime/spdlog/archive/refs/tags/v1.12.0.tar.gz
    4dccf2d10f410c1e2feaff89966bfc49a1abb29ef6f08246335b110e001e09a9)
  list(APPEND LSK3D_FETCHED_LIBRARIES spdlog)
endif()
