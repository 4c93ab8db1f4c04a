# SPDX-License-Identifier: MIT
# yaml-cpp (MIT): configurations and label maps. Target yaml-cpp; releases from 0.8 call it
# yaml-cpp::yaml-cpp and only some packages of them keep the old name.
find_package(yaml-cpp 0.6 QUIET CONFIG)
if(NOT yaml-cpp_FOUND)
  set(YAML_CPP_BUILD_TESTS OFF)
  set(YAML_CPP_BUILD_TOOLS OFF)
  set(YAML_CPP_BUILD_CONTRIB OFF)
  set(YAML_CPP_INSTALL OFF)
  lsk3d_fetch(yaml-cpp https://github.com/jbeder/yaml-cpp/archive/refs/tags/0.8.0.tar.gz
    fbe74bbdcee21d656715688706da3c8becfd946d92cd44705cc6098bb23b3a16)
  list(APPEND LSK3D_FETCHED_LIBRARIES yaml-cpp)
elseif(NOT TARGET yaml-cpp)
  add_library(yaml-cpp INTERFACE IMPORTED)
  target_link_libraries(yaml-cpp INTERFACE yaml-cpp::yaml-cpp)
endif()
