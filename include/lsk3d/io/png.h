// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// Writes 8-bit RGB, row by row from the top left corner, atomically. `rgb` holds
/// width * height * 3 values, else UsageError.
void write_png(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb);

struct PngPixels {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};
/// Any PNG, converted to 8-bit RGB (transparent parts over black). Throws DataError on a broken
/// one.
PngPixels read_png(const std::string& path);

}  // namespace lsk3d
