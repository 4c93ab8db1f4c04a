# SPDX-License-Identifier: MIT
# cmake --install: the library, its headers, the command line, and the CMake package lsk3d with the
# target lsk3d::lsk3d.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lsk3d)
set_target_properties(lsk3d_settings PROPERTIES EXPORT_NAME settings)
install(TARGETS lsk3d lsk3d_settings ${LSK3D_FETCHED_LIBRARIES} EXPORT lsk3d-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT lsk3d-targets NAMESPACE lsk3d:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lsk3d DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
if(TARGET lsk3d_cli)
  install(TARGETS lsk3d_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs DESTINATION ${CMAKE_INSTALL_DATADIR}/lsk3d OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# What linking the static library takes, as far as it was not fetched and installed above.
set(LSK3D_DEPENDENCIES "find_dependency(Threads)\n")
foreach(entry spdlog=spdlog yaml-cpp=yaml-cpp zlibstatic=ZLIB png_static=PNG hwy=hwy)
  string(REPLACE "=" ";" entry ${entry})
  list(GET entry 0 fetched)
  list(GET entry 1 package)
  if(NOT fetched IN_LIST LSK3D_FETCHED_LIBRARIES)
    string(APPEND LSK3D_DEPENDENCIES "find_dependency(${package})\n")
  endif()
endforeach()
if(LSK3D_CUDA)
  string(APPEND LSK3D_DEPENDENCIES "find_dependency(CUDAToolkit)\n")
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lsk3d-config.cmake.in
  ${PROJECT_BINARY_DIR}/package/lsk3d-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/lsk3d-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/lsk3d-config.cmake
  ${PROJECT_BINARY_DIR}/package/lsk3d-config-version.cmake DESTINATION ${package_dir})
