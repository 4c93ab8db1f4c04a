// SPDX-License-Identifier: MIT
#include <cstdio>

#include "lsk3d/data/benchmark_scans.h"
#include "lsk3d/core/check.h"
#include "lsk3d/data/data_report.h"
#include "lsk3d/io/text_table.h"

namespace lsk3d {
namespace {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
  return text;
}

/// "kind: n" and its first lines.
std::string listing(const std::string& kind, const std::vector<std::string>& lines,
                    std::size_t max_lines) {
  if (lines.empty()) return "";
  std::string text = str_cat(kind, ": ", lines.size(), "\n");
  for (std::size_t i = 0; i < lines.size() && i < max_lines; ++i) text += "  " + lines[i] + "\n";
  if (lines.size() > max_lines) text += str_cat("  … and ", lines.size() - max_lines, " more\n");
  return text;
}

std::vector<std::string> reasons(const std::vector<DataProblem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(problem.what);
  return lines;
}

/// Label files that are missing beside others, and sequences that have none at all.
std::string missing_labels_text(const DataReport& r, std::size_t max_lines) {
  std::vector<std::string> files;
  std::string without;
  auto file = r.missing_labels.begin();
  for (const SequenceReport& s : r.sequences) {
    const auto end = file + s.missing_labels;
    if (s.scans > 0 && s.missing_labels == s.scans)
      without += (without.empty() ? "" : ", ") + s.sequence;
    else files.insert(files.end(), file, end);
    file = end;
  }
  std::string text = listing("scans without a label file", files, max_lines);
  if (!without.empty())
    text += "sequences without label files, which can be predicted, not trained on: " + without + "\n";
  return text;
}

/// How much of SemanticKITTI is here, where that is what it is (not so for simulated streets, whose
/// folder says what it is).
std::string benchmark_text(const DataReport& r) {
  std::int64_t found = 0, expected = 0, test = 0;
  std::string short_of;
  for (const SequenceReport& s : r.sequences) {
    if (s.benchmark_scans == 0) return "";
    found += s.scans, expected += s.benchmark_scans;
    if (s.sequence >= "11") test += s.scans;
    if (s.scans != s.benchmark_scans)
      short_of += str_cat(short_of.empty() ? "" : ", ", s.sequence, " ", s.scans, " of ",
                          s.benchmark_scans);
  }
  if (r.sequences.empty() || r.simulated) return "";
  if (short_of.empty())
    return str_cat("all ", expected, " scans that SemanticKITTI has in these sequences\n");
  std::string text = str_cat("of the ", expected,
                             " scans that SemanticKITTI has in these sequences ", found,
                             " are here (", short_of, ")\n");
  if (test > 0 && test < kBenchmarkTestScans)
    text += str_cat("of the benchmark's ", kBenchmarkTestScans, " test scans ",
                    kBenchmarkTestScans - test, " are missing: a submission needs all of them\n");
  return text;
}

}  // namespace

std::string to_text(const DataReport& r, std::size_t max_lines) {
  std::string text = str_cat(r.root, ": ", r.scans, " scans, ", r.labelled_scans, " labelled, ",
                             r.points, " points");
  if (r.points > 0) text += str_cat(" (", r.min_points, " … ", r.max_points, " a scan)");
  text += str_cat("\noutside the volume: ", r.outside_points, " points, ",
                  percent(r.outside_share()), "\n");
  TextTable sequences({"sequence", "scans", "labelled", "points"});
  for (const auto& s : r.sequences)
    sequences.add({s.sequence, std::to_string(s.scans), std::to_string(s.labelled_scans),
                   std::to_string(s.points)});
  if (!r.sequences.empty()) text += str_cat("\n", sequences.to_string());
  TextTable classes({"class", "points", "share", "scans"});
  for (std::size_t c = 0; c < r.class_names.size(); ++c) {
    const double share = r.labelled_points > 0 ? static_cast<double>(r.class_points[c]) /
                                                     static_cast<double>(r.labelled_points)
                                               : 0;
    classes.add({r.class_names[c], std::to_string(r.class_points[c]), percent(share),
                 std::to_string(r.class_scans[c])});
  }
  if (r.labelled_points > 0) text += str_cat("\n", classes.to_string());
  text += "\n";
  if (r.invalid_points > 0)
    text += str_cat("points with NaN or infinite values (left out): ", r.invalid_points, "\n");
  std::vector<std::string> unknown;
  for (const auto& [id, label] : r.unknown_labels)
    unknown.push_back(
        str_cat("raw id ", id, ": ", label.points, " points, first in ", label.first_path));
  text += listing("sequences that are not there", r.missing_sequences, max_lines);
  text += listing("scans without a point of finite position", r.empty_paths, max_lines);
  text += listing("scans without a point inside the volume (voxels.min … voxels.max; in metres?)",
                  r.outside_paths, max_lines);
  text += listing("scans that cannot be read", reasons(r.unreadable_scans), max_lines);
  text += listing("label files that cannot be used", reasons(r.broken_labels), max_lines);
  text +=
      listing("raw ids that the label map '" + r.label_map + "' does not list", unknown, max_lines);
  if (r.need_labels) {
    text += missing_labels_text(r, max_lines);
    text += listing("labelled sequences in which no point counts (all are class 0)",
                    r.uncounted_sequences(), max_lines);
    if (!r.label_advice().empty()) text += r.label_advice() + "\n";
  }
  text += benchmark_text(r);
  if (r.ok()) return text + (r.need_labels ? "no fault found\n" : "no fault found: all of it can be predicted\n");
  if (!r.need_labels) return text;
  if (r.labelled_scans == 0)
    text += "no scan has usable labels: this data can be predicted, not trained on\n";
  else if (r.counted_points() == 0)
    text += "no point has a label that counts (all are class 0): training would learn nothing\n";
  return text;
}

}  // namespace lsk3d
