// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lsk3d/core/dtype.h"
#include "lsk3d/core/shape.h"

namespace lsk3d {

/// One tensor as the JSON header declares it; bytes [begin, end) of the data buffer.
struct SafetensorsEntry {
  std::string name;
  DType dtype = DType::f32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the order of the JSON text
  std::map<std::string, std::string> metadata;
};

/// Parses the JSON text. Throws DataError naming `path` on anything but the expected structure,
/// unknown dtypes, duplicate names, and byte ranges that do not match their shapes or do not tile
/// the `data_bytes` of the buffer without gap or overlap.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& path);

}  // namespace lsk3d
