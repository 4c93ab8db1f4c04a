// SPDX-License-Identifier: MIT
#include "data_summary.h"

namespace lsk3d::cli {
namespace {

nlohmann::ordered_json to_json(const std::vector<DataProblem>& problems) {
  auto list = nlohmann::ordered_json::array();
  for (const DataProblem& problem : problems)
    list.push_back({{"file", problem.path}, {"problem", problem.what}});
  return list;
}

}  // namespace

nlohmann::ordered_json to_json(const DataReport& report) {
  nlohmann::ordered_json json{{"root", report.root},
                              {"kind", "data set"},
                              {"label_map", report.label_map},
                              {"ok", report.ok()},
                              {"scans", report.scans},
                              {"labelled_scans", report.labelled_scans},
                              {"empty_scans", report.empty_scans},
                              {"counted_points", report.counted_points()},
                              {"points", report.points},
                              {"min_points", report.min_points},
                              {"max_points", report.max_points},
                              {"labelled_points", report.labelled_points},
                              {"invalid_points", report.invalid_points},
                              {"outside_points", report.outside_points}};
  auto& sequences = json["sequences"] = nlohmann::ordered_json::array();
  for (const SequenceReport& s : report.sequences)
    sequences.push_back({{"sequence", s.sequence},
                         {"scans", s.scans},
                         {"labelled_scans", s.labelled_scans},
                         {"counted_points", s.counted_points},
                         {"benchmark_scans", s.benchmark_scans},
                         {"points", s.points}});
  auto& classes = json["classes"] = nlohmann::ordered_json::array();
  for (std::size_t c = 0; c < report.class_names.size() && c < report.class_points.size(); ++c)
    classes.push_back({{"name", report.class_names[c]},
                       {"points", report.class_points[c]},
                       {"scans", report.class_scans[c]}});
  json["missing_sequences"] = report.missing_sequences;
  json["missing_labels"] = report.missing_labels;
  json["scans_without_points"] = report.empty_paths;
  json["scans_outside_volume"] = report.outside_paths;
  json["uncounted_sequences"] = report.uncounted_sequences();
  json["unreadable_scans"] = to_json(report.unreadable_scans);
  json["broken_labels"] = to_json(report.broken_labels);
  auto& unknown = json["unknown_labels"] = nlohmann::ordered_json::array();
  for (const auto& [id, label] : report.unknown_labels)
    unknown.push_back({{"id", id}, {"points", label.points}, {"first_file", label.first_path}});
  return json;
}

std::string data_set_summary(const std::string& root, const CloudFormat& format, bool json) {
  CheckSettings settings;
  settings.format = format;
  const DataReport report = check_dataset(root, {}, load_label_map("semantic_kitti"), settings);
  return json ? to_json(report).dump(2) + "\n" : to_text(report);
}

}  // namespace lsk3d::cli
