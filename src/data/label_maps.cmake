# SPDX-License-Identifier: MIT
# Compiles configs/label_maps/*.yaml in, so that an installed binary needs no files beside it.
# Adds the generated file to `sources`.
file(GLOB label_map_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/configs/label_maps/*.yaml)
set(LSK3D_LABEL_MAPS)
foreach(path IN LISTS label_map_files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} text)
  string(APPEND LSK3D_LABEL_MAPS "      {\"${name}\", R\"yaml(${text})yaml\"},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/built_in_label_maps.cpp.in
  ${CMAKE_CURRENT_BINARY_DIR}/built_in_label_maps.cpp @ONLY)
list(APPEND sources ${CMAKE_CURRENT_BINARY_DIR}/built_in_label_maps.cpp)
