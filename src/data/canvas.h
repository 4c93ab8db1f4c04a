// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lsk3d/data/image.h"

namespace lsk3d {

using Color = std::array<std::uint8_t, 3>;
inline constexpr Color kBackground{22, 22, 28};

inline Image blank_image(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = kBackground[i % 3];
  return image;
}

/// Nothing happens outside the picture.
inline void paint(Image& image, int x, int y, Color color) {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
  const std::size_t at = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(x));
  std::copy(color.begin(), color.end(), image.rgb.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace lsk3d
