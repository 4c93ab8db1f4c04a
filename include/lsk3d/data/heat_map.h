// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/image.h"

namespace lsk3d {

struct HeatMapSettings {
  double half_extent = 10;    // metres from the middle to each edge
  int cells = 161;            // along each edge, odd: one lies in the middle; 1 to 2047
  int cell_pixels = 5;        // edge of a cell, 1 to 64
  double decades = 4;         // powers of ten between the brightest colour and the darkest
  std::vector<double> rings;  // circles of these radii around the middle, metres
};
/// Sums of values over places, seen from above: forward (x) is up and left (y) is left; colours from
/// dark violet to pale yellow go with the logarithm of a cell's sum, cells without any stay dark
/// grey. `places` f32 [N, >= 2] in metres, `values` f32 [N], not negative. Throws UsageError on
/// settings outside their range or tensors of other shapes.
Image draw_heat_map(const Tensor& places, const Tensor& values, const HeatMapSettings& settings);

}  // namespace lsk3d
