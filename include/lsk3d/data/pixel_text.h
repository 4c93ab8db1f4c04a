// SPDX-License-Identifier: MIT
// Letters for pictures: capitals, digits, dashes and dots, five dots by seven.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "lsk3d/data/image.h"

namespace lsk3d {

inline constexpr int kTextDot = 2;                 // pixels along a dot's edge
inline constexpr int kTextHeight = 7 * kTextDot;   // pixels
inline constexpr int kTextAdvance = 6 * kTextDot;  // from one letter to the next
enum class TextDirection { right, up };

/// Fills a rectangle; what lies outside the picture is left out.
void fill_rectangle(Image& image, int left, int top, int width, int height,
                    std::array<std::uint8_t, 3> color);

/// Writes from (x, y), the top left corner of the text; upwards from there, where the letters lie
/// on their backs, the bottom left one. Small letters become capitals, unknown characters stay
/// blank.
void draw_text(Image& image, int x, int y, const std::string& text,
               std::array<std::uint8_t, 3> color = {225, 225, 225},
               TextDirection direction = TextDirection::right);

/// Pixels along a text.
int text_length(const std::string& text);

}  // namespace lsk3d
