// SPDX-License-Identifier: MIT
#include "html_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "html_confusion.h"
#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

using Json = nlohmann::ordered_json;
struct Point {
  double x = 0, y = 0;
};
using Curve = std::vector<Point>;

std::string number(double value, const char* format = "%.4g") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Means over runs of points, so that a page stays small however long the training was.
Curve thinned(const Curve& curve) {
  constexpr std::size_t kMost = 500;
  if (curve.size() <= kMost) return curve;
  Curve out;
  for (std::size_t i = 0; i < kMost; ++i) {
    const std::size_t begin = i * curve.size() / kMost, end = (i + 1) * curve.size() / kMost;
    Point mean;
    for (std::size_t j = begin; j < end; ++j) mean.x += curve[j].x, mean.y += curve[j].y;
    out.push_back(
        {mean.x / static_cast<double>(end - begin), mean.y / static_cast<double>(end - begin)});
  }
  return out;
}

std::string chart(const std::string& title, const Curve& curve) {
  constexpr double kWidth = 720, kHeight = 220, kLeft = 56, kBottom = 24, kTop = 10;
  if (curve.empty()) return "";
  double x0 = curve.front().x, x1 = curve.back().x, y0 = curve.front().y, y1 = y0;
  for (const Point& p : curve) y0 = std::min(y0, p.y), y1 = std::max(y1, p.y);
  if (x1 <= x0) x1 = x0 + 1;
  if (y1 <= y0) y1 = y0 + 1e-9 + std::abs(y0) * 1e-3;
  const auto px = [&](double x) { return kLeft + (x - x0) / (x1 - x0) * (kWidth - kLeft - 8); };
  const auto py = [&](double y) {
    return kTop + (y1 - y) / (y1 - y0) * (kHeight - kTop - kBottom);
  };
  std::string svg = str_cat("<h2>", title, "</h2>\n<svg viewBox=\"0 0 ", kWidth, " ", kHeight,
                            "\" role=\"img\" aria-label=\"", title, "\">\n");
  for (double y : {y0, (y0 + y1) / 2, y1})
    svg += "<line x1=\"" + number(kLeft) + "\" x2=\"" + number(kWidth - 8) + "\" y1=\"" +
           number(py(y), "%.1f") + "\" y2=\"" + number(py(y), "%.1f") +
           "\" class=\"grid\"/><text x=\"" + number(kLeft - 6) + "\" y=\"" +
           number(py(y) + 4, "%.1f") + "\" text-anchor=\"end\">" + number(y, "%.3g") + "</text>\n";
  svg += "<text x=\"" + number(kLeft) + "\" y=\"" + number(kHeight - 6) + "\">step " +
         number(x0, "%.0f") + "</text><text x=\"" + number(kWidth - 8) + "\" y=\"" +
         number(kHeight - 6) + "\" text-anchor=\"end\">" + number(x1, "%.0f") +
         "</text>\n<polyline points=\"";
  for (const Point& p : curve) svg += number(px(p.x), "%.1f") + "," + number(py(p.y), "%.1f") + " ";
  return svg + "\"/>\n</svg>\n";
}

std::string iou_table(const Json& valid) {
  std::string html = str_cat(
      "<h2>Last validation</h2>\n<p>mIoU ", number(100 * valid.value("miou", 0.0), "%.1f"),
      " %, over the classes present ", number(100 * valid.value("miou_present", 0.0), "%.1f"),
      " %, accuracy ", number(100 * valid.value("accuracy", 0.0), "%.1f"), " % (protocol ",
      escaped(valid.value("protocol", "")), ", ", valid.value("scans", 0),
      " scans)</p>\n<table>\n");
  const Json classes = valid.value("iou", Json::object());  // items() refers to it
  for (const auto& [name, iou] : classes.items()) {
    const double share = iou.is_number() ? iou.get<double>() : 0;
    html += "<tr><th>" + escaped(name) + "</th><td>" +
            (iou.is_number() ? number(100 * share, "%.1f") : "-") +
            "</td><td><div style=\"width:" + number(240 * share, "%.0f") +
            "px\"></div></td></tr>\n";
  }
  return html + "</table>\n";
}

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>lsk3d training report</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:760px;margin:2em auto;padding:0 1em;color:#222}
svg{width:100%;background:#fafafa}svg text{font-size:11px;fill:#666}
.grid{stroke:#ddd}polyline{fill:none;stroke:#1565c0;stroke-width:1.5}
table{border-collapse:collapse}th{font-weight:normal;text-align:left;padding-right:1em}
td{text-align:right;padding-right:1em}td div{height:.8em;background:#1565c0}
.wide{overflow-x:auto}.confusion{font-size:11px}
.confusion th{padding:0 .5em 0 0;white-space:nowrap}.confusion td{padding:0 .3em;min-width:1.7em}
.confusion tr:first-child th{vertical-align:bottom;padding:.3em 0}
.confusion th span{writing-mode:vertical-rl;transform:rotate(180deg)}
.confusion .points{padding-left:1em;color:#666}
pre{background:#fafafa;padding:1em;overflow:auto}
</style></head><body>
<h1>Training report</h1>
)";

}  // namespace

std::string training_report_html(const std::string& metrics_lines, const std::string& valid_json,
                                 const std::string& config_yaml) {
  Curve loss, rate, miou;
  std::istringstream lines(metrics_lines);
  std::string line;
  while (std::getline(lines, line)) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("step")) continue;
    const double step = json["step"].get<double>();
    if (json.contains("loss") && json["loss"].is_number())
      loss.push_back({step, json["loss"].get<double>()});
    if (json.contains("lr") && json["lr"].is_number())
      rate.push_back({step, json["lr"].get<double>()});
    if (json.contains("valid"))
      miou.push_back({step, 100 * json["valid"].value("miou_present", 0.0)});
  }
  std::string html = kHead;
  html += chart("Loss", thinned(loss)) + chart("Learning rate", thinned(rate));
  html += chart("mIoU over the classes present, %", thinned(miou));
  const Json valid = Json::parse(valid_json, nullptr, false);
  if (valid.is_object())
    html += iou_table(valid) + confusion_html(valid);
  return html + "<h2>Configuration</h2>\n<pre>" + escaped(config_yaml) + "</pre>\n</body></html>\n";
}

}  // namespace lsk3d
