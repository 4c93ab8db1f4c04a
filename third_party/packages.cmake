# SPDX-License-Identifier: MIT
# Every dependency: the system's package where there is one, else the pinned release below it.
# One small file each, with its licence named.
include(FetchContent)

# Fetches the pinned release `url` of `name`, checked against `sha256`, and adds it to the build.
# Its own cache options are set by the caller beforehand.
macro(lsk3d_fetch name url sha256)
  message(STATUS "${name}: no suitable system package, using ${url}")
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # plain variables set by the callers override options
  set(CMAKE_POLICY_VERSION_MINIMUM 3.5)  # some releases ask for an age that CMake 4 no longer knows
  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.24)
    FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256}
      DOWNLOAD_EXTRACT_TIMESTAMP TRUE)
  else()
    FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256})
  endif()
  FetchContent_MakeAvailable(${name})
  string(TOLOWER ${name} lsk3d_fetched)  # build and install only what lsk3d links
  set_property(DIRECTORY ${${lsk3d_fetched}_SOURCE_DIR} PROPERTY EXCLUDE_FROM_ALL ON)
endmacro()

# Fetched libraries are installed with lsk3d; LSK3D_FETCHED_LIBRARIES lists their targets.
set(LSK3D_FETCHED_LIBRARIES)
find_package(Threads REQUIRED)
include(third_party/spdlog.cmake)
include(third_party/yaml_cpp.cmake)
include(third_party/nlohmann_json.cmake)
include(third_party/zlib.cmake)
include(third_party/libpng.cmake)
include(third_party/highway.cmake)
if(LSK3D_BUILD_TOOLS)
  include(third_party/cli11.cmake)
  include(third_party/openblas.cmake)
endif()
if(LSK3D_BUILD_TESTS)
  include(third_party/googletest.cmake)
endif()
