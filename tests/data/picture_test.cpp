// SPDX-License-Identifier: MIT
#include "lsk3d/data/picture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "expect_error.h"

namespace lsk3d {
namespace {

using testing_support::expect_error;

using Color = std::array<std::uint8_t, 3>;

Color pixel(const Image& image, int x, int y) {
  const std::size_t at = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(x));
  return {image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]};
}

LabelMap three_classes() {
  LabelMap map;
  map.name = "three";
  map.class_names = {"unlabeled", "car", "</script><b>"};
  map.colors = {{0, 0, 0}, {200, 0, 0}, {0, 200, 0}};
  return map;
}

Tensor points_of(const std::vector<float>& values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size()) / 4, 4});
}

Tensor classes_of(const std::vector<std::int32_t>& values) {
  return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
}

TEST(DrawBirdEye, ForwardIsUpAndLeftIsLeft) {
  const Image image = draw_bird_eye(points_of({8, 0, 0, 0, 0, 8, 0, 0}), classes_of({1, 2}),
                                    three_classes(), {10, 100});
  ASSERT_EQ(image.width, 100);
  ASSERT_EQ(image.height, 100);
  EXPECT_EQ(pixel(image, 50, 10), (Color{200, 0, 0}));  // 8 m ahead: near the top
  EXPECT_EQ(pixel(image, 10, 50), (Color{0, 200, 0}));  // 8 m to the left
}

TEST(DrawBirdEye, TheHigherPointShows) {
  for (const bool swapped : {false, true}) {
    const float first = swapped ? 2.0f : 0.0f;
    const Image image = draw_bird_eye(
        points_of({5, 5, first, 0, 5, 5, 2 - first, 0}),
        classes_of(swapped ? std::vector<std::int32_t>{1, 2} : std::vector<std::int32_t>{2, 1}),
        three_classes(), {10, 100});
    EXPECT_EQ(pixel(image, 25, 25), (Color{200, 0, 0}));
  }
}

TEST(DrawBirdEye, FarAndBrokenPointsAreLeftOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              inf = std::numeric_limits<float>::infinity();
  const Image plain = draw_bird_eye(points_of({}), classes_of({}), three_classes(), {10, 32});
  const Image image = draw_bird_eye(
      points_of({nan, 0, 0, 0, 0, inf, 0, 0, 1, 1, nan, 0, 10, 0, 0, 0, 1e30f, 0, 0, 0}),
      classes_of({1, 1, 1, 1, 1}), three_classes(), {10, 32});
  EXPECT_EQ(image.rgb, plain.rgb);
}

TEST(DrawRangeImage, AheadIsInTheMiddleAndTheNearestShows) {
  const SensorViewSettings settings{100, 30, 2};
  const Image image = draw_range_image(points_of({20, 0, 0, 0, 5, 0, 0, 0, 0.1f, 5, 0, 0}),
                                       classes_of({2, 1, 2}), three_classes(), settings);
  ASSERT_EQ(image.width, 100);
  ASSERT_EQ(image.height, 60);
  const int row = 2 * static_cast<int>(4 / 29.5 * 30);
  EXPECT_GT(pixel(image, 50, row)[0], 100);  // the near red one, not the far green one
  EXPECT_EQ(pixel(image, 50, row)[1], 0);
  EXPECT_GT(pixel(image, 25, row)[1], 100);  // a quarter turn to the left
  EXPECT_EQ(pixel(image, 25, row + 1), pixel(image, 25, row));
}

TEST(DrawRangeImage, BrokenPointsAreLeftOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              huge = std::numeric_limits<float>::max();
  const Image plain = draw_range_image(points_of({}), classes_of({}), three_classes(), {32, 8, 1});
  EXPECT_EQ(draw_range_image(points_of({nan, 1, 1, 0, 0, 0, 0, 0, 0, 0, huge, 0}),
                             classes_of({1, 1, 1}), three_classes(), {32, 8, 1})
                .rgb,
            plain.rgb);
}

TEST(Pictures, RefuseWhatDoesNotFit) {
  const Tensor points = points_of({1, 2, 3, 0});
  const LabelMap map = three_classes();
  expect_error<DataError>([&] { draw_bird_eye(points, classes_of({3}), map); },
                          {"class 3", "three"});
  expect_error<DataError>([&] { draw_range_image(points, classes_of({-1}), map); },
                          {"class -1", "three"});
  expect_error<DataError>([&] { draw_legend(classes_of({9}), map, 300); }, {"class 9"});
  expect_error<UsageError>(
      [&] {
        draw_bird_eye(points, classes_of({1, 1}), map);
      },
      {"classes", "[1]", "[2]"});
  expect_error<UsageError>([&] { draw_bird_eye(Tensor(), classes_of({1}), map); },
                           {"points", "none"});
  expect_error<UsageError>(
      [&] {
        draw_bird_eye(points, classes_of({1}), map, {50, 9000});
      },
      {"size", "9000"});
  expect_error<UsageError>(
      [&] {
        draw_bird_eye(points, classes_of({1}), map, {0, 100});
      },
      {"half_extent"});
  expect_error<UsageError>(
      [&] {
        draw_range_image(points, classes_of({1}), map, {8, 8, 1});
      },
      {"columns", "8"});
  LabelMap colorless = map;
  colorless.colors.pop_back();
  expect_error<UsageError>([&] { draw_bird_eye(points, classes_of({1}), colorless); },
                           {"three", "colour"});
}

TEST(DrawLegend, ShowsWhatOccurs) {
  const Image image = draw_legend(classes_of({1, 1}), three_classes(), 300);
  EXPECT_EQ(image.width, 300);
  bool red = false, green = false;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    red = red || (image.rgb[i] == 200 && image.rgb[i + 1] == 0);
    green = green || (image.rgb[i] == 0 && image.rgb[i + 1] == 200);
  }
  EXPECT_TRUE(red);
  EXPECT_FALSE(green);
}

TEST(StackPictures, PutsThemBelowOneAnother) {
  Image a(4, 2), b(2, 3);
  std::fill(a.rgb.begin(), a.rgb.end(), std::uint8_t{10});
  std::fill(b.rgb.begin(), b.rgb.end(), std::uint8_t{90});
  const Image both = stack_pictures({a, b}, 1);
  EXPECT_EQ(both.width, 4);
  EXPECT_EQ(both.height, 6);
  EXPECT_EQ(pixel(both, 0, 0), (Color{10, 10, 10}));
  EXPECT_EQ(pixel(both, 1, 3), (Color{90, 90, 90}));
  EXPECT_NE(pixel(both, 0, 3), (Color{90, 90, 90}));
}

TEST(ViewerPage, HoldsThePointsAndNoForeignMarkup) {
  const std::string page = viewer_page("a<b>&\"c", points_of({1, -2, 0.5f, 1, 0, 0, 0, 0}),
                                       {{"labels </script>", classes_of({1, 2})}}, three_classes());
  EXPECT_NE(page.find("<title>a&lt;b&gt;&amp;\"c</title>"), std::string::npos);
  EXPECT_NE(page.find("\"count\":2"), std::string::npos);
  // 100, -200, 50, 0, 0, 0 centimetres as little-endian int16.
  EXPECT_NE(page.find("\"positions\":\"ZAA4/zIAAAAAAAAA\""), std::string::npos);
  EXPECT_NE(page.find("\"remission\":\"/wA=\""), std::string::npos);
  EXPECT_NE(page.find("\"classes\":\"AQI=\""), std::string::npos);
  const std::size_t end = page.find("</script>");
  EXPECT_EQ(page.find("</script>", end + 1), std::string::npos);
  for (const char* outside : {"http:", "https:", "src=", "import"})
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
}

TEST(ViewerPage, TakesAnythingAFileMayHold) {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              huge = std::numeric_limits<float>::max();
  EXPECT_NO_THROW(
      viewer_page("t", points_of({nan, huge, -huge, nan, 1, 2, 3, -5}), {}, three_classes()));
  EXPECT_NO_THROW(viewer_page("t", points_of({}), {{"l", classes_of({})}}, three_classes()));
  expect_error<DataError>(
      [&] {
        viewer_page("t", points_of({1, 2, 3, 4}), {{"odd", classes_of({7})}}, three_classes());
      },
      {"odd", "class 7"});
}

}  // namespace
}  // namespace lsk3d
