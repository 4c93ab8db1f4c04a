// SPDX-License-Identifier: MIT
// The fast windows against their definitions, pixel by pixel.
#include "morphology.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "lsk3d/core/rng.h"

namespace lsk3d {
namespace {

FloatImage noise(int h, int w, std::uint64_t seed) {
  Rng rng(seed);
  FloatImage image{h, w,
                   std::vector<float>(static_cast<std::size_t>(h) * static_cast<std::size_t>(w))};
  for (float& p : image.pixels) p = rng.uniform() < 0.3f ? -1.0f : rng.uniform(0, 100);
  return image;
}

/// Calls f for every size that has corners of its own: thin, tiny, wider than one block of lanes.
void for_sizes(const std::function<void(const FloatImage&)>& f) {
  for (const auto& [h, w] :
       std::vector<std::pair<int, int>>{{1, 1}, {1, 7}, {7, 1}, {2, 3}, {5, 16}, {9, 37}, {40, 50}})
    f(noise(h, w, static_cast<std::uint64_t>(100 * h + w)));
}

/// Largest of the pixels inside the image for which `in(dx, dy)` holds.
float largest(const FloatImage& image, int y, int x, int radius,
              const std::function<bool(int, int)>& in, float sign) {
  float best = -std::numeric_limits<float>::infinity();
  for (int dy = -radius; dy <= radius; ++dy)
    for (int dx = -radius; dx <= radius; ++dx)
      if (in(dx, dy) && y + dy >= 0 && y + dy < image.height && x + dx >= 0 && x + dx < image.width)
        best = std::max(best, sign * image.row(y + dy)[x + dx]);
  return sign * best;
}

TEST(Morphology, DilateAndErode) {
  for_sizes([](const FloatImage& image) {
    for (const int size : {1, 3, 5, 7, 31}) {
      const FloatImage high = dilate(image, size), low = erode(image, size);
      for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x) {
          const auto all = [](int, int) { return true; };
          ASSERT_EQ(high.row(y)[x], largest(image, y, x, size / 2, all, 1))
              << size << " at " << y << ", " << x;
          ASSERT_EQ(low.row(y)[x], largest(image, y, x, size / 2, all, -1))
              << size << " at " << y << ", " << x;
        }
    }
  });
}

TEST(Morphology, Diamond) {
  for_sizes([](const FloatImage& image) {
    const FloatImage out = dilate_diamond(image);
    const auto diamond = [](int dx, int dy) { return std::abs(dx) + std::abs(dy) <= 2; };
    for (int y = 0; y < image.height; ++y)
      for (int x = 0; x < image.width; ++x)
        ASSERT_EQ(out.row(y)[x], largest(image, y, x, 2, diamond, 1)) << y << ", " << x;
  });
}

TEST(Morphology, MedianRepeatsTheBorder) {
  for_sizes([](const FloatImage& image) {
    const FloatImage out = median5(image);
    for (int y = 0; y < image.height; ++y)
      for (int x = 0; x < image.width; ++x) {
        std::vector<float> window;
        for (int dy = -2; dy <= 2; ++dy)
          for (int dx = -2; dx <= 2; ++dx)
            window.push_back(image.row(
                std::clamp(y + dy, 0, image.height - 1))[std::clamp(x + dx, 0, image.width - 1)]);
        std::nth_element(window.begin(), window.begin() + 12, window.end());
        ASSERT_EQ(out.row(y)[x], window[12]) << y << ", " << x;
      }
  });
}

TEST(Morphology, GaussianMirrorsTheBorder) {
  const float weights[] = {1 / 16.0f, 4 / 16.0f, 6 / 16.0f, 4 / 16.0f, 1 / 16.0f};
  const auto mirror = [](int i, int n) {
    if (n == 1) return 0;
    while (i < 0 || i >= n) i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
  };
  for_sizes([&](const FloatImage& image) {
    const FloatImage out = gaussian5(image);
    for (int y = 0; y < image.height; ++y)
      for (int x = 0; x < image.width; ++x) {
        double sum = 0;
        for (int dy = -2; dy <= 2; ++dy)
          for (int dx = -2; dx <= 2; ++dx)
            sum += static_cast<double>(weights[dy + 2]) * weights[dx + 2] *
                   image.row(mirror(y + dy, image.height))[mirror(x + dx, image.width)];
        ASSERT_NEAR(out.row(y)[x], sum, 1e-4) << y << ", " << x;
      }
  });
}

}  // namespace
}  // namespace lsk3d
