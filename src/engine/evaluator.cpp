// SPDX-License-Identifier: MIT
#include "lsk3d/engine/evaluator.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "lsk3d/core/check.h"
#include "lsk3d/io/text_table.h"

namespace lsk3d {
namespace {

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

}  // namespace

EvalResult evaluate(Lsk3dNet& model, const SemanticKittiDataset& dataset,
                    const PredictSettings& settings, const std::string& protocol,
                    const std::function<void(std::int64_t, std::int64_t)>& progress,
                    BadScans* bad_scans) {
  BadScans own(dataset);
  BadScans& bad = bad_scans ? *bad_scans : own;
  const bool was_training = model.training();
  model.train(false);
  const int classes = model.settings().classes;
  EvalResult result;
  result.matrix = ConfusionMatrix(classes);
  result.protocol = protocol;
  result.label_map = dataset.labels().name;
  result.sequences = dataset.sequences();
  result.votes = settings.votes;
  iou_report(result.matrix, protocol);  // refuses an unknown protocol before the work, not after
  const auto begin = std::chrono::steady_clock::now();
  const auto total = static_cast<std::int64_t>(dataset.size());
  std::vector<std::int32_t> predictions, labels;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const auto scan = read_usable(dataset, i, bad);
    if (!scan) {
      if (progress) progress(static_cast<std::int64_t>(i) + 1, total);
      continue;
    }
    const ScanPrediction prediction = predict_scan(model, *scan, settings);
    const auto kept = scan->scan.kept.span<std::int32_t>();
    const auto truth = scan->classes.span<std::int32_t>();
    predictions.resize(kept.size());
    labels.assign(truth.begin(), truth.end());
    for (std::size_t p = 0; p < kept.size(); ++p) {
      predictions[p] = prediction.classes.data<std::int32_t>()[kept[p]];
      const bool inside = prediction.in_volume.data<std::uint8_t>()[kept[p]] != 0;
      if (protocol == "lsk3dnet" && !inside) labels[p] = 0;
    }
    result.matrix.add(labels, predictions);
    ++result.scans;
    if (progress) progress(static_cast<std::int64_t>(i) + 1, total);
  }
  result.left_out = static_cast<std::int64_t>(bad.size());
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - begin;
  result.ms_per_scan = result.scans ? elapsed.count() / static_cast<double>(result.scans) : 0;
  result.report = iou_report(result.matrix, protocol);
  result.points = result.report.points;
  model.train(was_training);
  return result;
}

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
  return str_cat(confusion_table(result.matrix, class_names), "\n", table.to_string(), "mIoU ",
                 percent(result.report.miou), " %   over the classes present ",
                 percent(result.report.miou_present), " %   accuracy ",
                 percent(result.report.accuracy), " %\nprotocol ", result.protocol, ", votes ",
                 result.votes, ", split ", split, " (sequences ", joined(result.sequences),
                 "), label map ", result.label_map, ", ", result.scans, " scans",
                 result.left_out > 0 ? str_cat(" (", result.left_out, " left out)") : "", ", ",
                 result.points,
                 " labelled points, ", static_cast<long>(result.ms_per_scan + 0.5), " ms a scan\n");
}

std::string to_json(const EvalResult& result, const std::vector<std::string>& class_names,
                    const std::string& split) {
  nlohmann::ordered_json json;
  json["miou"] = result.report.miou;
  json["miou_present"] = result.report.miou_present;
  json["accuracy"] = result.report.accuracy;
  auto& iou = json["iou"] = nlohmann::ordered_json::object();
  const auto classes = static_cast<std::size_t>(result.matrix.classes());
  for (std::size_t c = 1; c < classes; ++c) iou[class_names.at(c)] = result.report.iou[c];
  json["protocol"] = result.protocol;
  json["split"] = split;
  json["sequences"] = result.sequences;
  json["label_map"] = result.label_map;
  json["votes"] = result.votes;
  json["scans"] = result.scans;
  json["left_out"] = result.left_out;
  json["points"] = result.points;
  json["ms_per_scan"] = result.ms_per_scan;
  auto& confusion = json["confusion"] = nlohmann::ordered_json::array();
  for (int label = 0; label < result.matrix.classes(); ++label) {
    auto row = nlohmann::ordered_json::array();
    for (int p = 0; p < result.matrix.classes(); ++p) row.push_back(result.matrix.at(label, p));
    confusion.push_back(row);
  }
  return json.dump(2) + "\n";
}

}  // namespace lsk3d
