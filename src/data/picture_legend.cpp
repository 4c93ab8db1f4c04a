// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "lsk3d/core/check.h"
#include "lsk3d/data/picture.h"
#include "lsk3d/data/pixel_text.h"

namespace lsk3d {
namespace {

constexpr int kSquare = kTextHeight, kRow = 11 * kTextDot, kMargin = 4 * kTextDot;

}  // namespace

Image draw_legend(const Tensor& classes, const LabelMap& labels, int width) {
  LSK3D_CHECK(width >= 16 && width <= 8192, UsageError,
              "draw_legend: width: expected 16 to 8192 pixels, found ", width);
  std::vector<bool> occurs(labels.class_names.size());
  for (const std::int32_t c : classes.span<std::int32_t>()) {
    LSK3D_CHECK(c >= 0 && c < labels.classes(), DataError, "draw_legend: class ", c,
                " is not in label map ", labels.name);
    occurs[static_cast<std::size_t>(c)] = true;
  }
  struct Entry {
    std::size_t label;
    int left, top;
  };
  std::vector<Entry> entries;
  int left = kMargin, top = kMargin;
  for (std::size_t c = 0; c < occurs.size(); ++c) {
    if (!occurs[c]) continue;
    const int room =
        kSquare + kMargin + 2 * kMargin + text_length(labels.class_names[c].substr(0, 64));
    if (left + room > width && left > kMargin) {
      left = kMargin;
      top += kRow;
    }
    entries.push_back({c, left, top});
    left += room;
  }
  Image image(width, top + kRow);
  fill_rectangle(image, 0, 0, image.width, image.height, {22, 22, 28});
  for (const Entry& e : entries) {
    fill_rectangle(image, e.left, e.top, kSquare, kSquare, labels.colors[e.label]);
    draw_text(image, e.left + kSquare + kMargin, e.top, labels.class_names[e.label].substr(0, 64));
  }
  return image;
}

}  // namespace lsk3d
