# SPDX-License-Identifier: MIT
# nlohmann/json (MIT): JSON, headers alone. Target nlohmann_json::nlohmann_json.
find_package(nlohmann_json 3.9 QUIET CONFIG)
if(NOT nlohmann_json_FOUND)
  set(JSON_BuildTests OFF)
  set(JSON_Install OFF)
  lsk3d_fetch(nlohmann_json https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
    d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
endif()
