// SPDX-License-Identifier: MIT
#include "html_confusion.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRight = "21,101,192";
constexpr const char* kWrong = "198,40,40";

struct Confusion {
  std::vector<std::string> names;  // of classes 1 and on
  std::vector<std::vector<std::int64_t>> counts;
};

/// Nothing in it where the JSON is none of an evaluation.
Confusion read(const Json& valid) {
  Confusion result;
  try {
    for (const auto& [name, iou] : valid.at("iou").items()) result.names.push_back(name);
    result.counts = valid.at("confusion").get<std::vector<std::vector<std::int64_t>>>();
  } catch (const nlohmann::json::exception&) {
    return {};
  }
  for (const auto& row : result.counts)
    if (row.size() != result.counts.size()) return {};
  if (result.counts.size() != result.names.size() + 1) return {};
  return result;
}

std::vector<std::size_t> occurring(const Confusion& confusion) {
  std::vector<std::size_t> classes;
  for (std::size_t c = 1; c < confusion.counts.size(); ++c) {
    std::int64_t points = 0;
    for (std::size_t other = 0; other < confusion.counts.size(); ++other)
      points += confusion.counts[c][other] + (other > 0 ? confusion.counts[other][c] : 0);
    if (points > 0) classes.push_back(c);
  }
  return classes;
}

std::string cell(double share, bool right) {
  const long percent = std::lround(100 * share);
  return str_cat("<td style=\"background:rgba(", right ? kRight : kWrong, ",",
                 std::round(100 * share) / 100, ")", share > 0.5 ? ";color:#fff" : "", "\">",
                 percent > 0 ? std::to_string(percent) : "", "</td>");
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string confusion_html(const Json& valid) {
  const Confusion confusion = read(valid);
  const std::vector<std::size_t> classes = occurring(confusion);
  if (classes.empty()) return "";
  std::string html =
      "<h2>Confusion</h2>\n<p>Of the points of each label (row), the percentage predicted as each "
      "class (column).</p>\n<div class=\"wide\"><table class=\"confusion\">\n<tr><td></td>";
  for (const std::size_t c : classes)
    html += "<th><span>" + escaped(confusion.names[c - 1]) + "</span></th>";
  html += "<th>points</th></tr>\n";
  for (const std::size_t label : classes) {
    const auto& row = confusion.counts[label];
    std::int64_t points = 0;
    for (const std::int64_t count : row) points += count;
    html += "<tr><th>" + escaped(confusion.names[label - 1]) + "</th>";
    for (const std::size_t c : classes)
      html +=
          cell(points ? static_cast<double>(row[c]) / static_cast<double>(points) : 0, c == label);
    html += "<td class=\"points\">" + std::to_string(points) + "</td></tr>\n";
  }
  return html + "</table></div>\n";
}

}  // namespace lsk3d
