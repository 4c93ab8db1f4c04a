// SPDX-License-Identifier: MIT
// Windowed extremes, median and blur of small float images. Pixels beyond the border do not take
// part in extremes; the median repeats the border, the blur mirrors it without repeating it.
#pragma once
#include <vector>

namespace lsk3d {

/// Rows from the top, no padding.
struct FloatImage {
  int height = 0, width = 0;
  std::vector<float> pixels;

  float* row(int y) {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  const float* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

/// Maximum over a square of odd side `size`.
FloatImage dilate(const FloatImage& image, int size);
/// Minimum over a square of odd side `size`.
FloatImage erode(const FloatImage& image, int size);
/// Maximum over the 5 × 5 diamond: |dx| + |dy| <= 2.
FloatImage dilate_diamond(const FloatImage& image);
/// Median of 5 × 5 pixels.
FloatImage median5(const FloatImage& image);
/// Binomial blur, [1 4 6 4 1] / 16 along each axis.
FloatImage gaussian5(const FloatImage& image);

}  // namespace lsk3d
