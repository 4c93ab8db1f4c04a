// SPDX-License-Identifier: MIT
#include "lsk3d/metrics/confusion_picture.h"

#include <algorithm>
#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/data/pixel_text.h"

namespace lsk3d {
namespace {

using Color = std::array<std::uint8_t, 3>;

constexpr Color kPaper{255, 255, 255}, kInk{40, 40, 40}, kGrid{226, 226, 226};
constexpr Color kRight{21, 101, 192}, kWrong{198, 40, 40};
constexpr int kCell = 3 * kTextAdvance + 6, kMargin = 16, kGap = 8;
constexpr std::size_t kMostClasses = 256, kLongestName = 24;

Color shade(Color color, double share) {
  Color mixed;
  for (std::size_t c = 0; c < 3; ++c)
    mixed[c] = static_cast<std::uint8_t>(std::lround(255 + share * (color[c] - 255)));
  return mixed;
}

std::string name_of(int c, const std::vector<std::string>& class_names) {
  return class_names.at(static_cast<std::size_t>(c)).substr(0, kLongestName);
}

/// The class's points by prediction, in shares of all that are labelled so; all 0 where there is
/// none.
std::vector<double> row_of(const ConfusionMatrix& matrix, int label,
                           const std::vector<int>& classes) {
  std::int64_t points = 0;
  for (int p = 0; p < matrix.classes(); ++p) points += matrix.at(label, p);
  std::vector<double> shares;
  for (const int p : classes)
    shares.push_back(
        points == 0 ? 0 : static_cast<double>(matrix.at(label, p)) / static_cast<double>(points));
  return shares;
}

void draw_cell(Image& image, int left, int top, double share, bool right) {
  fill_rectangle(image, left, top, kCell - 1, kCell - 1, shade(right ? kRight : kWrong, share));
  const std::string text = std::to_string(std::lround(100 * share));
  if (text == "0") return;
  draw_text(image, left + (kCell - text_length(text) + kTextDot) / 2,
            top + (kCell - kTextHeight) / 2, text, share > 0.5 ? kPaper : kInk);
}

}  // namespace

std::vector<int> occurring_classes(const ConfusionMatrix& matrix) {
  std::vector<int> classes;
  for (int c = 1; c < matrix.classes(); ++c) {
    std::int64_t points = 0;
    for (int other = 0; other < matrix.classes(); ++other)
      points += matrix.at(c, other) + (other > 0 ? matrix.at(other, c) : 0);
    if (points > 0) classes.push_back(c);
  }
  return classes;
}

Image draw_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names) {
  const std::vector<int> classes = occurring_classes(matrix);
  LSK3D_CHECK(classes.size() <= kMostClasses, UsageError,
              "a picture of a confusion matrix: expected at most ", kMostClasses,
              " classes that occur, found ", classes.size());
  const std::string title = "percent of each label - labels in rows - predictions in columns";
  int names = 0;
  for (const int c : classes) names = std::max(names, text_length(name_of(c, class_names)));
  const int count = static_cast<int>(classes.size());
  const int left = kMargin + names + kGap, top = 2 * kMargin + kTextHeight + names + kGap;
  Image image(std::max(left + count * kCell, kMargin + text_length(title)) + kMargin,
              top + count * kCell + kMargin);
  fill_rectangle(image, 0, 0, image.width, image.height, kPaper);
  draw_text(image, kMargin, kMargin, title, kInk);
  fill_rectangle(image, left - 1, top - 1, count * kCell + 1, count * kCell + 1, kGrid);
  for (int i = 0; i < count; ++i) {
    const int c = classes[static_cast<std::size_t>(i)];
    const std::string name = name_of(c, class_names);
    const int middle = i * kCell + (kCell - kTextHeight) / 2;
    draw_text(image, left - kGap - text_length(name), top + middle, name, kInk);
    draw_text(image, left + middle, top - kGap, name, kInk, TextDirection::up);
    const std::vector<double> shares = row_of(matrix, c, classes);
    for (int p = 0; p < count; ++p)
      draw_cell(image, left + p * kCell, top + i * kCell, shares[static_cast<std::size_t>(p)],
                p == i);
  }
  return image;
}

}  // namespace lsk3d
