// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/io/text_table.h"

namespace lsk3d {
namespace {

using Json = nlohmann::ordered_json;

std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100 * value);
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

/// Where the points of each class went, over the classes that occur as label or prediction.
std::string confusion_table(const ConfusionMatrix& matrix,
                            const std::vector<std::string>& class_names) {
  std::vector<int> classes;
  std::vector<std::int64_t> points;
  for (int c = 1; c < matrix.classes(); ++c) {
    std::int64_t labelled = 0, predicted = 0;
    for (int other = 0; other < matrix.classes(); ++other) {
      labelled += matrix.at(c, other);
      if (other > 0) predicted += matrix.at(other, c);
    }
    if (labelled + predicted == 0) continue;
    classes.push_back(c);
    points.push_back(labelled);
  }
  std::vector<std::string> head{"% of points, labels by predictions"};
  for (int c : classes) head.push_back(std::to_string(c));
  TextTable table(head);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    std::vector<std::string> row{
        str_cat(classes[i], "  ", class_names.at(static_cast<std::size_t>(classes[i])))};
    for (int p : classes) {
      const double share = points[i] == 0 ? 0
                                          : static_cast<double>(matrix.at(classes[i], p)) /
                                                static_cast<double>(points[i]);
      char cell[16];
      std::snprintf(cell, sizeof cell, "%.0f", 100 * share);
      row.push_back(matrix.at(classes[i], p) == 0 ? "." : cell);
    }
    table.add(row);
  }
  return table.to_string();
}

/// "10-20", "50+"
std::string ring_name(const DistanceConfusion::Ring& ring) {
  return std::isinf(ring.to) ? str_cat(ring.from, "+") : str_cat(ring.from, "-", ring.to);
}

std::string distance_table(const EvalResult& result, const std::vector<std::string>& class_names) {
  std::vector<std::string> head{"IoU % by metres from the sensor"}, mean{"mean over those present"},
      points{"points"};
  std::vector<IouReport> reports;
  for (const auto& ring : result.by_distance->rings()) {
    reports.push_back(iou_report(ring.matrix, result.protocol));
    head.push_back(ring_name(ring));
    mean.push_back(reports.back().points > 0 ? percent(reports.back().miou_present) : "-");
    points.push_back(std::to_string(reports.back().points));
  }
  TextTable table(head);
  for (std::size_t c = 1; c < class_names.size(); ++c) {
    if (!result.report.present[c]) continue;
    std::vector<std::string> row{class_names[c]};
    for (const IouReport& report : reports)
      row.push_back(report.present[c] ? percent(report.iou[c]) : "-");
    table.add(row);
  }
  table.add(mean);
  table.add(points);
  return table.to_string() + "\n";
}

/// Class name -> IoU; null without labelled points.
Json iou_json(const IouReport& report, const std::vector<std::string>& class_names) {
  Json iou = Json::object();
  for (std::size_t c = 1; c < report.iou.size(); ++c)
    iou[class_names.at(c)] = report.present[c] ? Json(report.iou[c]) : Json();
  return iou;
}

Json distance_json(const EvalResult& result, const std::vector<std::string>& class_names) {
  Json rings = Json::array();
  for (const auto& ring : result.by_distance->rings()) {
    const IouReport report = iou_report(ring.matrix, result.protocol);
    rings.push_back({{"from", ring.from},
                     {"to", std::isinf(ring.to) ? Json() : Json(ring.to)},
                     {"points", report.points},
                     {"miou", report.miou},
                     {"miou_present", report.miou_present},
                     {"accuracy", report.accuracy},
                     {"iou", iou_json(report, class_names)}});
  }
  return rings;
}

}  // namespace

std::string format_table(const EvalResult& result, const std::vector<std::string>& class_names,
                         const std::string& split) {
  TextTable table({"class", "IoU %", "points"});
  const auto classes = static_cast<std::size_t>(result.matrix.classes());
  for (std::size_t c = 1; c < classes; ++c) {
    std::int64_t points = 0;
    for (int p = 0; p < result.matrix.classes(); ++p)
      points += result.matrix.at(static_cast<int>(c), p);
    table.add({class_names.at(c), result.report.present[c] ? percent(result.report.iou[c]) : "-",
               std::to_string(points)});
  }
  return str_cat(confusion_table(result.matrix, class_names), "\n",
                 result.by_distance ? distance_table(result, class_names) : "", table.to_string(),
                 "mIoU ", percent(result.report.miou), " %   over the classes present ",
                 percent(result.report.miou_present), " %   accuracy ",
                 percent(result.report.accuracy), " %\nprotocol ", result.protocol, ", ",
                 result.votes > 0 ? str_cat("votes ", result.votes) : "stored predictions",
                 ", split ", split, " (sequences ", joined(result.sequences), "), label map ",
                 result.label_map, ", ", result.scans, " scans",
                 result.left_out > 0 ? str_cat(" (", result.left_out, " left out)") : "", ", ",
                 result.points, " labelled points, ", static_cast<long>(result.ms_per_scan + 0.5),
                 " ms a scan\n");
}

std::string to_json(const EvalResult& result, const std::vector<std::string>& class_names,
                    const std::string& split) {
  Json json;
  json["miou"] = result.report.miou;
  json["miou_present"] = result.report.miou_present;
  json["accuracy"] = result.report.accuracy;
  json["iou"] = iou_json(result.report, class_names);
  json["protocol"] = result.protocol;
  json["split"] = split;
  json["sequences"] = result.sequences;
  json["label_map"] = result.label_map;
  json["votes"] = result.votes;
  json["scans"] = result.scans;
  json["left_out"] = result.left_out;
  json["points"] = result.points;
  json["ms_per_scan"] = result.ms_per_scan;
  if (result.by_distance) json["by_distance"] = distance_json(result, class_names);
  auto& confusion = json["confusion"] = Json::array();
  for (int label = 0; label < result.matrix.classes(); ++label) {
    auto row = Json::array();
    for (int p = 0; p < result.matrix.classes(); ++p) row.push_back(result.matrix.at(label, p));
    confusion.push_back(row);
  }
  return json.dump(2) + "\n";
}

}  // namespace lsk3d
