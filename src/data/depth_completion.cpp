// SPDX-License-Identifier: MIT
#include "depth_completion.h"

#include <algorithm>

#include "lsk3d/core/check.h"
#include "morphology.h"

namespace lsk3d {
namespace {

constexpr float kMaxDepth = 100;
constexpr float kEmptyBelow = 0.1f;

void invert(FloatImage& image) {
  for (float& d : image.pixels) d = d > kEmptyBelow ? kMaxDepth - d : d;
}

void fill_empty(FloatImage& image, const FloatImage& with) {
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = image.pixels[i] < kEmptyBelow ? with.pixels[i] : image.pixels[i];
}

/// Copies the highest filled pixel of each column to all pixels above it.
void extend_upward(FloatImage& image) {
  for (int x = 0; x < image.width; ++x) {
    int top = 0;
    while (top < image.height && !(image.row(top)[x] > kEmptyBelow)) ++top;
    if (top == image.height) continue;
    for (int y = 0; y < top; ++y) image.row(y)[x] = image.row(top)[x];
  }
}

}  // namespace

Tensor complete_depth(const Tensor& depth) {
  LSK3D_ASSERT(depth.rank() == 2, "depth image of shape ", to_string(depth.shape()));
  FloatImage image{static_cast<int>(depth.dim(0)), static_cast<int>(depth.dim(1)),
                   std::vector<float>(depth.data<float>(), depth.data<float>() + depth.numel())};
  invert(image);
  image = dilate_diamond(image);
  image = erode(dilate(image, 5), 5);  // closes small holes
  fill_empty(image, dilate(image, 7));
  extend_upward(image);
  fill_empty(image, dilate(image, 31));
  image = median5(image);
  const FloatImage blurred = gaussian5(image);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    if (image.pixels[i] > kEmptyBelow) image.pixels[i] = blurred.pixels[i];
  invert(image);
  return Tensor::from(image.pixels, depth.shape());
}

}  // namespace lsk3d
