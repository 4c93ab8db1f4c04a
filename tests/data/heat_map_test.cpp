// SPDX-License-Identifier: MIT
#include "lsk3d/data/heat_map.h"

#include <gtest/gtest.h>

#include <limits>

#include "expect_error.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

int brightness(const Image& image, int x, int y) {
  const std::size_t at = 3 * static_cast<std::size_t>(y * image.width + x);
  return image.rgb[at] + image.rgb[at + 1] + image.rgb[at + 2];
}

HeatMapSettings five_cells() {
  HeatMapSettings settings;
  settings.half_extent = 5;
  settings.cells = 5;  // of 2 m
  settings.cell_pixels = 4;
  return settings;
}

Tensor places(const std::vector<float>& values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size()) / 3, 3});
}
Tensor values(const std::vector<float>& v) {
  return Tensor::from(v, {static_cast<std::int64_t>(v.size())});
}

TEST(HeatMap, ForwardIsUpLeftIsLeftAndMoreIsBrighter) {
  const Image image =
      draw_heat_map(places({0, 0, 0, 4, 0, 0, 0, 4, 0}), values({100, 10, 1}), five_cells());
  ASSERT_EQ(image.width, 20);
  ASSERT_EQ(image.height, 20);
  const int centre = brightness(image, 10, 10), ahead = brightness(image, 10, 2),
            left = brightness(image, 2, 10), empty = brightness(image, 18, 18);
  EXPECT_GT(centre, ahead);
  EXPECT_GT(ahead, left);
  EXPECT_GT(left, empty);
}

TEST(HeatMap, ACellShowsTheSumOfItsValues) {
  const Image one = draw_heat_map(places({0, 0, 0, 4, 0, 0}), values({8, 2}), five_cells());
  const Image parts =
      draw_heat_map(places({0, 0, 0, 0.5, 0.5, 9, 4, 0, 0}), values({3, 5, 2}), five_cells());
  EXPECT_EQ(one.rgb, parts.rgb);
}

TEST(HeatMap, WhatLiesOutsideOrIsBrokenIsLeftOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Image image = draw_heat_map(places({0, 0, 0, 50, 0, 0, nan, 0, 0, 0, -1e30f, 0}),
                                    values({1, 9, 9, 9}), five_cells());
  EXPECT_EQ(image.rgb, draw_heat_map(places({0, 0, 0}), values({1}), five_cells()).rgb);
}

TEST(HeatMap, DrawsRingsAndNothingAtAllOfNothing) {
  HeatMapSettings settings = five_cells();
  const Image plain = draw_heat_map(Tensor::zeros({0, 3}), Tensor::zeros({0}), settings);
  settings.rings = {4};
  const Image ringed = draw_heat_map(Tensor::zeros({0, 3}), Tensor::zeros({0}), settings);
  EXPECT_EQ(brightness(plain, 10, 2), brightness(plain, 0, 0));
  EXPECT_EQ(brightness(ringed, 10, 2), 3 * 255);
  EXPECT_EQ(brightness(ringed, 10, 10), brightness(plain, 10, 10));
}

TEST(HeatMap, RefusesWhatIsWrong) {
  const auto with = [](auto change) {
    return [change] {
      HeatMapSettings settings = five_cells();
      change(settings);
      draw_heat_map(Tensor::zeros({1, 3}), Tensor::zeros({1}), settings);
    };
  };
  expect_error<UsageError>(with([](HeatMapSettings& s) { s.cells = 4; }), {"cells", "odd", "4"});
  expect_error<UsageError>(with([](HeatMapSettings& s) { s.half_extent = 0; }),
                           {"half_extent", "0"});
  expect_error<UsageError>(with([](HeatMapSettings& s) { s.cell_pixels = 65; }),
                           {"cell_pixels", "65"});
  expect_error<UsageError>(with([](HeatMapSettings& s) { s.decades = -1; }), {"decades", "-1"});
  expect_error<UsageError>(
      [] {
        draw_heat_map(Tensor::zeros({1, 3}), Tensor::zeros({2}), five_cells());
      },
      {"values", "[1]", "[2]"});
  expect_error<UsageError>(
      [] { draw_heat_map(Tensor::zeros({3}), Tensor::zeros({3}), five_cells()); },
      {"places", "[3]"});
}

}  // namespace
}  // namespace lsk3d
