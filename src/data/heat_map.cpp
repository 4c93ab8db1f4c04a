// SPDX-License-Identifier: MIT
#include "lsk3d/data/heat_map.h"

#include <algorithm>
#include <cmath>

#include "canvas.h"
#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

/// Dark violet, red, orange, pale yellow: brighter and brighter, so that grey prints keep the
/// order.
Color color_of(double share) {
  constexpr std::array<std::array<double, 3>, 5> kStops{
      {{38, 12, 74}, {122, 28, 109}, {207, 68, 70}, {249, 142, 36}, {252, 250, 180}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double rest = at - static_cast<double>(below);
  Color color;
  for (std::size_t c = 0; c < 3; ++c)
    color[c] = static_cast<std::uint8_t>(
        std::lround(kStops[below][c] + rest * (kStops[below + 1][c] - kStops[below][c])));
  return color;
}

void check(const Tensor& places, const Tensor& values, const HeatMapSettings& s) {
  LSK3D_CHECK(places.rank() == 2 && places.dim(1) >= 2 && places.dtype() == DType::f32, UsageError,
              "draw_heat_map: places: expected f32 [N, >= 2], found ", to_string(places.shape()));
  LSK3D_CHECK(values.shape() == Shape{places.dim(0)} && values.dtype() == DType::f32, UsageError,
              "draw_heat_map: values: expected f32 [", places.dim(0), "], found ",
              to_string(values.shape()));
  LSK3D_CHECK(s.half_extent > 0 && std::isfinite(s.half_extent), UsageError,
              "draw_heat_map: half_extent: expected metres above 0, found ", s.half_extent);
  LSK3D_CHECK(s.cells >= 1 && s.cells <= 2047 && s.cells % 2 == 1, UsageError,
              "draw_heat_map: cells: expected an odd number, 1 to 2047, found ", s.cells);
  LSK3D_CHECK(s.cell_pixels >= 1 && s.cell_pixels <= 64, UsageError,
              "draw_heat_map: cell_pixels: expected 1 to 64, found ", s.cell_pixels);
  LSK3D_CHECK(s.decades > 0 && std::isfinite(s.decades), UsageError,
              "draw_heat_map: decades: expected a number above 0, found ", s.decades);
}

}  // namespace

Image draw_heat_map(const Tensor& places, const Tensor& values, const HeatMapSettings& settings) {
  check(places, values, settings);
  const int cells = settings.cells;
  std::vector<double> sums(static_cast<std::size_t>(cells) * static_cast<std::size_t>(cells));
  const double scale = cells / (2 * settings.half_extent);
  for (std::int64_t i = 0; i < places.dim(0); ++i) {
    const float* at = places.data<float>() + i * places.dim(1);
    const double row = std::floor((settings.half_extent - at[0]) * scale);
    const double column = std::floor((settings.half_extent - at[1]) * scale);
    if (!(row >= 0 && row < cells && column >= 0 && column < cells)) continue;
    sums[static_cast<std::size_t>(row) * static_cast<std::size_t>(cells) +
         static_cast<std::size_t>(column)] += values.data<float>()[i];
  }
  const double most = *std::max_element(sums.begin(), sums.end());
  const int size = cells * settings.cell_pixels;
  Image image = blank_image(size, size);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const double sum = sums[static_cast<std::size_t>(y / settings.cell_pixels) *
                                  static_cast<std::size_t>(cells) +
                              static_cast<std::size_t>(x / settings.cell_pixels)];
      if (sum > 0) paint(image, x, y, color_of(1 + std::log10(sum / most) / settings.decades));
    }
  for (const double radius : settings.rings) {
    const double pixels = radius / settings.half_extent * size / 2;
    const int steps = std::max(8, static_cast<int>(8 * pixels));
    if (!(pixels > 0 && pixels < size)) continue;
    for (int i = 0; i < steps; ++i) {
      const double angle = 2 * 3.14159265358979 * i / steps;
      paint(image, static_cast<int>(std::floor(size / 2.0 + pixels * std::cos(angle))),
            static_cast<int>(std::floor(size / 2.0 + pixels * std::sin(angle))), {255, 255, 255});
    }
  }
  return image;
}

}  // namespace lsk3d
