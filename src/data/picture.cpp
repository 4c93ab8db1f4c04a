// SPDX-License-Identifier: MIT
#include "lsk3d/data/picture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "canvas.h"
#include "lsk3d/core/check.h"
#include "picture_checks.h"

namespace lsk3d {
namespace {

Color dimmed(Color color, double share) {
  for (std::uint8_t& channel : color) channel = static_cast<std::uint8_t>(share * channel);
  return color;
}

}  // namespace

Image draw_bird_eye(const Tensor& points, const Tensor& classes, const LabelMap& labels,
                    const BirdEyeSettings& settings) {
  check_labelled_points("draw_bird_eye", points, classes, labels);
  LSK3D_CHECK(settings.half_extent > 0 && std::isfinite(settings.half_extent), UsageError,
              "draw_bird_eye: half_extent: expected metres above 0, found ", settings.half_extent);
  LSK3D_CHECK(settings.size >= 16 && settings.size <= 8192, UsageError,
              "draw_bird_eye: size: expected 16 to 8192 pixels, found ", settings.size);
  const float* p = points.data<float>();
  const auto stride = static_cast<std::size_t>(points.dim(1));
  const std::int32_t* c = classes.data<std::int32_t>();
  std::vector<std::size_t> order(static_cast<std::size_t>(points.dim(0)));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) {
    const float* at = p + stride * i;
    return !(std::abs(at[0]) < settings.half_extent && std::abs(at[1]) < settings.half_extent) ||
           !std::isfinite(at[2]);
  });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return p[stride * a + 2] < p[stride * b + 2];
  });
  Image image = blank_image(settings.size, settings.size);
  const double scale = settings.size / (2 * settings.half_extent);
  for (const std::size_t i : order) {
    const float* at = p + stride * i;
    const int x = static_cast<int>((settings.half_extent - at[1]) * scale);
    const int y = static_cast<int>((settings.half_extent - at[0]) * scale);
    const Color color = labels.colors[static_cast<std::size_t>(c[i])];
    paint(image, x, y, color);
    paint(image, x + 1, y, color);  // two pixels wide: far beams leave wide gaps
  }
  for (int d = -4; d <= 4; ++d) {  // the sensor
    paint(image, settings.size / 2 + d, settings.size / 2, {255, 255, 255});
    paint(image, settings.size / 2, settings.size / 2 + d, {255, 255, 255});
  }
  return image;
}

Image draw_range_image(const Tensor& points, const Tensor& classes, const LabelMap& labels,
                       const SensorViewSettings& settings) {
  check_labelled_points("draw_range_image", points, classes, labels);
  LSK3D_CHECK(settings.columns >= 16 && settings.columns <= 8192, UsageError,
              "draw_range_image: columns: expected 16 to 8192, found ", settings.columns);
  LSK3D_CHECK(settings.rows >= 1 && settings.rows <= 1024, UsageError,
              "draw_range_image: rows: expected 1 to 1024, found ", settings.rows);
  LSK3D_CHECK(settings.row_height >= 1 && settings.row_height <= 64, UsageError,
              "draw_range_image: row_height: expected 1 to 64 pixels, found ", settings.row_height);
  LSK3D_CHECK(settings.fov_down < settings.fov_up, UsageError,
              "draw_range_image: expected fov_down below fov_up, found ", settings.fov_down, " and ",
              settings.fov_up);
  constexpr double kPi = 3.14159265358979;
  const double up = settings.fov_up * kPi / 180, down = settings.fov_down * kPi / 180;
  const float* p = points.data<float>();
  const auto stride = static_cast<std::size_t>(points.dim(1));
  const std::int32_t* c = classes.data<std::int32_t>();
  Image image = blank_image(settings.columns, settings.rows * settings.row_height);
  std::vector<double> nearest(
      static_cast<std::size_t>(settings.columns) * static_cast<std::size_t>(settings.rows),
      INFINITY);
  for (std::size_t i = 0; i < static_cast<std::size_t>(points.dim(0)); ++i) {
    const double x = p[stride * i], y = p[stride * i + 1], z = p[stride * i + 2];
    const double range = std::sqrt(x * x + y * y + z * z);
    if (!(range > 1e-3) || !std::isfinite(range)) continue;
    const double elevation = std::asin(z / range), azimuth = std::atan2(y, x);
    if (elevation > up || elevation < down) continue;
    const int row = std::min(settings.rows - 1,
                             static_cast<int>((up - elevation) / (up - down) * settings.rows));
    const int column = std::min(settings.columns - 1,
                                static_cast<int>((kPi - azimuth) / (2 * kPi) * settings.columns));
    double& best =
        nearest[static_cast<std::size_t>(row) * static_cast<std::size_t>(settings.columns) +
                static_cast<std::size_t>(std::max(column, 0))];
    if (range >= best) continue;
    best = range;
    const Color color =
        dimmed(labels.colors[static_cast<std::size_t>(c[i])], 0.35 + 0.65 * std::exp(-range / 35));
    for (int k = 0; k < settings.row_height; ++k)
      paint(image, column, row * settings.row_height + k, color);
  }
  return image;
}

SensorViewSettings sensor_view(const SensorSettings& sensor) {
  constexpr double kAbove = 1, kBelow = 0.5;  // degrees of margin
  SensorViewSettings view;
  const double rows_per_degree = view.rows / (view.fov_up - view.fov_down);
  view.fov_up = static_cast<double>(sensor.fov_up) + kAbove;
  view.fov_down = static_cast<double>(sensor.fov_down) - kBelow;
  view.rows = std::clamp(
      static_cast<int>(std::lround(rows_per_degree * (view.fov_up - view.fov_down))), 1, 1024);
  return view;
}

Image stack_pictures(const std::vector<Image>& pictures, int gap) {
  LSK3D_CHECK(gap >= 0 && gap <= 1000, UsageError,
              "stack_pictures: gap: expected 0 to 1000 pixels, found ", gap);
  int width = 0, height = 0;
  for (const Image& picture : pictures) {
    width = std::max(width, picture.width);
    height += picture.height + (height > 0 ? gap : 0);
  }
  Image stacked = blank_image(width, height);
  int top = 0;
  for (const Image& picture : pictures) {
    const int left = (width - picture.width) / 2;
    for (int y = 0; y < picture.height; ++y)
      std::copy_n(picture.rgb.begin() + static_cast<std::ptrdiff_t>(3) * y * picture.width,
                  3 * picture.width,
                  stacked.rgb.begin() + 3 * (static_cast<std::ptrdiff_t>(top + y) * width + left));
    top += picture.height + gap;
  }
  return stacked;
}

}  // namespace lsk3d
