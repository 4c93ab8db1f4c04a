// SPDX-License-Identifier: MIT
// Names need letters: capitals and digits, five dots by seven.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "lsk3d/core/check.h"
#include "lsk3d/data/picture.h"

namespace lsk3d {
namespace {

using Glyph = std::array<std::uint8_t, 7>;  // rows from the top, bit 4 is the leftmost dot

constexpr std::array<Glyph, 26> kLetters{
    {{0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11}, {0x1E, 0x11, 0x1E, 0x11, 0x11, 0x11, 0x1E},
     {0x0F, 0x10, 0x10, 0x10, 0x10, 0x10, 0x0F}, {0x1E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1E},
     {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F}, {0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x10},
     {0x0F, 0x10, 0x10, 0x13, 0x11, 0x11, 0x0F}, {0x11, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11},
     {0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E}, {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0C},
     {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11}, {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F},
     {0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11}, {0x11, 0x19, 0x19, 0x15, 0x13, 0x13, 0x11},
     {0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E}, {0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10},
     {0x0E, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0D}, {0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11},
     {0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E}, {0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04},
     {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E}, {0x11, 0x11, 0x11, 0x11, 0x0A, 0x0A, 0x04},
     {0x11, 0x11, 0x11, 0x15, 0x15, 0x1B, 0x11}, {0x11, 0x11, 0x0A, 0x04, 0x0A, 0x11, 0x11},
     {0x11, 0x11, 0x0A, 0x04, 0x04, 0x04, 0x04}, {0x1F, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1F}}};
constexpr std::array<Glyph, 10> kDigits{{{0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
                                         {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
                                         {0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F},
                                         {0x1E, 0x01, 0x01, 0x0E, 0x01, 0x01, 0x1E},
                                         {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
                                         {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
                                         {0x0E, 0x10, 0x10, 0x1E, 0x11, 0x11, 0x0E},
                                         {0x1F, 0x01, 0x02, 0x02, 0x04, 0x04, 0x04},
                                         {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
                                         {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x01, 0x0E}}};

constexpr int kDot = 2, kAdvance = 6 * kDot, kSquare = 7 * kDot, kRow = 11 * kDot,
              kMargin = 4 * kDot;

Glyph glyph_of(char c) {
  if (c >= 'a' && c <= 'z') return kLetters[static_cast<std::size_t>(c - 'a')];
  if (c >= 'A' && c <= 'Z') return kLetters[static_cast<std::size_t>(c - 'A')];
  if (c >= '0' && c <= '9') return kDigits[static_cast<std::size_t>(c - '0')];
  if (c == '-' || c == '_') return {0, 0, 0, 0x0E, 0, 0, 0};
  return {};
}

void fill(Image& image, int left, int top, int width, int height,
          std::array<std::uint8_t, 3> color) {
  for (int y = std::max(top, 0); y < std::min(top + height, image.height); ++y)
    for (int x = std::max(left, 0); x < std::min(left + width, image.width); ++x)
      for (std::size_t c = 0; c < 3; ++c)
        image.rgb[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                       static_cast<std::size_t>(x)) +
                  c] = color[c];
}

void write(Image& image, int left, int top, const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Glyph glyph = glyph_of(text[i]);
    for (int y = 0; y < 7; ++y)
      for (int x = 0; x < 5; ++x)
        if (glyph[static_cast<std::size_t>(y)] >> (4 - x) & 1)
          fill(image, left + static_cast<int>(i) * kAdvance + x * kDot, top + y * kDot, kDot, kDot,
               {225, 225, 225});
  }
}

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
        kSquare + kMargin + 2 * kMargin +
        kAdvance * static_cast<int>(std::min<std::size_t>(labels.class_names[c].size(), 64));
    if (left + room > width && left > kMargin) {
      left = kMargin;
      top += kRow;
    }
    entries.push_back({c, left, top});
    left += room;
  }
  Image image(width, top + kRow);
  fill(image, 0, 0, image.width, image.height, {22, 22, 28});
  for (const Entry& e : entries) {
    fill(image, e.left, e.top, kSquare, kSquare, labels.colors[e.label]);
    write(image, e.left + kSquare + kMargin, e.top, labels.class_names[e.label].substr(0, 64));
  }
  return image;
}

}  // namespace lsk3d
