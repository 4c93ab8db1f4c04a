// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

#include "lsk3d/core/check.h"
#include "lsk3d/data/picture.h"
#include "picture_checks.h"
#include "viewer_page_text.h"

namespace lsk3d {
namespace {

std::string base64(const std::vector<std::uint8_t>& bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) group |= bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) text += kDigits[group >> shift & 63];
    if (i + 1 >= bytes.size()) text[text.size() - 2] = '=';
    if (i + 2 >= bytes.size()) text.back() = '=';
  }
  return text;
}

/// A JSON string that also cannot end the script it stands in.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string html_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else out += c;
  }
  return out;
}

/// Positions as little-endian int16 in steps of `scale` metres.
std::string positions_text(const float* p, std::size_t count, double scale) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(6 * count);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      const double value = std::isfinite(p[4 * i + k]) ? p[4 * i + k] / scale : 0;
      const auto step = std::bit_cast<std::uint16_t>(
          static_cast<std::int16_t>(std::lround(std::clamp(value, -32767.0, 32767.0))));
      bytes.push_back(static_cast<std::uint8_t>(step & 0xFF));
      bytes.push_back(static_cast<std::uint8_t>(step >> 8));
    }
  return base64(bytes);
}

}  // namespace

std::string viewer_page(const std::string& title, const Tensor& points,
                        const std::vector<ViewerLayer>& layers, const LabelMap& labels) {
  LSK3D_CHECK(
      points.defined() && points.dtype() == DType::f32 && points.rank() == 2 && points.dim(1) == 4,
      UsageError, "viewer_page: points: expected f32 [N, 4], found ",
      points.defined() ? to_string(points.dtype()) + " " + to_string(points.shape()) : "none");
  LSK3D_CHECK(labels.classes() <= 256, UsageError, "viewer_page: label map ", labels.name,
              ": expected at most 256 classes, found ", labels.classes());
  for (const ViewerLayer& layer : layers)
    check_labelled_points("viewer_page: layer " + layer.name, points, layer.classes, labels);
  const auto count = static_cast<std::size_t>(points.dim(0));
  const float* p = points.data<float>();
  // A hundred metres in steps of a centimetre; coarser only where a scan reaches farther.
  float reach = 0;
  for (std::size_t i = 0; i < 4 * count; ++i)
    if (i % 4 != 3 && std::isfinite(p[i])) reach = std::max(reach, std::abs(p[i]));
  const double scale = std::max(0.01, static_cast<double>(reach) / 32767);

  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float r = p[4 * i + 3];
    bytes[i] = r > 0 ? static_cast<std::uint8_t>(255 * std::min(r, 1.0f)) : 0;
  }
  std::string page = kViewerHead + html_text(title) + kViewerBody;
  page += str_cat("{\"title\":", quoted(title), ",\"count\":", count, ",\"scale\":", scale,
                  ",\"classes\":[");
  for (std::size_t c = 0; c < labels.class_names.size() && c < labels.colors.size(); ++c) {
    const auto& color = labels.colors[c];
    page += str_cat(c ? "," : "", "{\"name\":", quoted(labels.class_names[c]), ",\"color\":[",
                    int{color[0]}, ",", int{color[1]}, ",", int{color[2]}, "]}");
  }
  page += "],\"positions\":\"" + positions_text(p, count, scale) + "\",\"remission\":\"" +
          base64(bytes) + "\",\"layers\":[";
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::int32_t* c = layers[l].classes.data<std::int32_t>();
    std::transform(c, c + count, bytes.begin(),
                   [](std::int32_t v) { return static_cast<std::uint8_t>(v); });
    page += (l ? ",{\"name\":" : "{\"name\":") + quoted(layers[l].name) + ",\"classes\":\"" +
            base64(bytes) + "\"}";
  }
  return page + "]}" + kViewerScript;
}

}  // namespace lsk3d
