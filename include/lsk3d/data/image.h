// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lsk3d {

/// An RGB picture, 8 bits a channel, rows from the top.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // [height, width, 3]

  Image() = default;
  /// A black picture.
  Image(int width_, int height_)
      : width(width_),
        height(height_),
        rgb(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3) {}
};

}  // namespace lsk3d
