// SPDX-License-Identifier: MIT
#include "lsk3d/metrics/confusion_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "lsk3d/core/error.h"

namespace lsk3d {
namespace {

std::set<std::array<int, 3>> colors_of(const Image& image) {
  std::set<std::array<int, 3>> colors;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3)
    colors.insert({image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]});
  return colors;
}

bool is_reddish(const std::array<int, 3>& c) { return c[0] > c[2] + 30; }
bool is_bluish(const std::array<int, 3>& c) { return c[2] > c[0] + 30; }

TEST(ConfusionPicture, ShowsRightAndWrongInDifferentColours) {
  const std::vector<std::string> names{"unlabeled", "road", "car", "never"};
  ConfusionMatrix right(4), wrong(4);
  right.add(std::vector<std::int32_t>{1, 1, 2}, std::vector<std::int32_t>{1, 1, 2});
  wrong.add(std::vector<std::int32_t>{1, 1, 2}, std::vector<std::int32_t>{2, 2, 1});
  const auto blue = colors_of(draw_confusion(right, names));
  const auto red = colors_of(draw_confusion(wrong, names));
  EXPECT_TRUE(std::any_of(blue.begin(), blue.end(), is_bluish));
  EXPECT_FALSE(std::any_of(blue.begin(), blue.end(), is_reddish));
  EXPECT_TRUE(std::any_of(red.begin(), red.end(), is_reddish));
  EXPECT_FALSE(std::any_of(red.begin(), red.end(), is_bluish));
}

TEST(ConfusionPicture, HoldsTheClassesThatOccurAndNoOthers) {
  ConfusionMatrix matrix(5);
  matrix.add(std::vector<std::int32_t>{1, 0, 3, 3}, std::vector<std::int32_t>{2, 4, 3, 0});
  EXPECT_EQ(occurring_classes(matrix), (std::vector<int>{1, 2, 3}));
  ConfusionMatrix more(5);
  more.add(std::vector<std::int32_t>{1, 2, 3, 4}, std::vector<std::int32_t>{1, 2, 3, 4});
  const std::vector<std::string> names{"none", "a", "b", "c", "d"};
  EXPECT_LT(draw_confusion(matrix, names).height, draw_confusion(more, names).height);
}

TEST(ConfusionPicture, AnEmptyMatrixAndAHugeOneAreBorne) {
  EXPECT_GT(draw_confusion(ConfusionMatrix(20), std::vector<std::string>(20, "x")).width, 0);
  ConfusionMatrix huge(300);
  std::vector<std::int32_t> all;
  for (int c = 0; c < 300; ++c) all.push_back(c);
  huge.add(all, all);
  EXPECT_THROW(draw_confusion(huge, std::vector<std::string>(300, "x")), UsageError);
}

}  // namespace
}  // namespace lsk3d
