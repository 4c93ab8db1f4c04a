// SPDX-License-Identifier: MIT
#include "lsk3d/data/data_report.h"

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/data/benchmark_scans.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/data/simulator/simulated_dataset.h"
#include "lsk3d/data/sequence_names.h"

namespace lsk3d {
namespace {

constexpr std::int32_t kSemanticIds = 0x10000;

/// What one scan adds to the report.
struct ScanFacts {
  bool readable = false, labels_missing = false, labelled = false;
  std::int64_t points = 0, invalid = 0, outside = 0, usable = 0;
  std::map<std::int32_t, std::int64_t> raw_points;
  std::string scan_error, label_error;
};

/// `in_cloud`: labels that the cloud itself holds, for want of a label file; may be undefined.
void read_label_facts(const SemanticKittiDataset::Entry& entry, const Tensor& in_cloud,
                      ScanFacts& facts) {
  std::error_code error;
  const bool has_file = std::filesystem::exists(entry.label_path, error);
  if (!has_file && !in_cloud.defined()) {
    facts.labels_missing = true;
    return;
  }
  if (!facts.readable) return;  // nothing to compare the count with
  try {
    const Tensor raw = has_file ? read_labels(entry.label_path, facts.points) : in_cloud;
    std::vector<std::int64_t> counts(kSemanticIds);
    for (const std::int32_t label : raw.span<std::int32_t>())
      ++counts[static_cast<std::size_t>(label & (kSemanticIds - 1))];
    for (std::int32_t id = 0; id < kSemanticIds; ++id)
      if (counts[static_cast<std::size_t>(id)] > 0)
        facts.raw_points[id] = counts[static_cast<std::size_t>(id)];
    facts.labelled = true;
  } catch (const DataError& problem) {
    facts.label_error = problem.what();
  }
}

ScanFacts read_facts(const SemanticKittiDataset::Entry& entry, const CheckSettings& settings) {
  const VoxelSettings& voxels = settings.voxels;
  ScanFacts facts;
  Tensor in_cloud;
  try {
    const Scan scan = read_scan(entry.scan_path, settings.format);
    facts.readable = true;
    in_cloud = scan.field_labels;
    facts.points = scan.file_points;
    facts.invalid = scan.dropped;
    facts.usable = scan.points.dim(0);
    const float* p = scan.points.data<float>();
    for (std::int64_t i = 0; i < facts.usable; ++i, p += 4) {
      bool inside = true;
      for (std::size_t a = 0; a < 3; ++a)
        inside = inside && voxels.min[a] < p[a] && p[a] < voxels.max[a];
      facts.outside += !inside;
    }
  } catch (const DataError& problem) {
    facts.scan_error = problem.what();
  }
  read_label_facts(entry, in_cloud, facts);
  return facts;
}

void add_labels(const SemanticKittiDataset::Entry& entry, const ScanFacts& facts,
                const LabelMap& labels, DataReport& report) {
  std::vector<bool> occurs(static_cast<std::size_t>(labels.classes()));
  for (const auto& [raw, points] : facts.raw_points) {
    report.largest_raw_id = std::max(report.largest_raw_id, raw);
    report.labelled_points += points;
    const auto found = labels.to_class.find(raw);
    if (found == labels.to_class.end()) {
      UnknownLabel& unknown = report.unknown_labels[raw];
      if (unknown.points == 0) unknown.first_path = entry.label_path;
      unknown.points += points;
      continue;
    }
    report.class_points[static_cast<std::size_t>(found->second)] += points;
    if (found->second != 0) report.sequences.back().counted_points += points;
    occurs[static_cast<std::size_t>(found->second)] = true;
  }
  for (std::size_t c = 0; c < occurs.size(); ++c) report.class_scans[c] += occurs[c];
}

void add(const SemanticKittiDataset::Entry& entry, const ScanFacts& facts, const LabelMap& labels,
         DataReport& report) {
  ++report.scans;
  SequenceReport& sequence = report.sequences.back();
  ++sequence.scans;
  if (facts.labels_missing) {
    report.missing_labels.push_back(entry.label_path);
    ++sequence.missing_labels;
  }
  if (!facts.label_error.empty())
    report.broken_labels.push_back({entry.label_path, facts.label_error});
  if (!facts.readable) {
    report.unreadable_scans.push_back({entry.scan_path, facts.scan_error});
    return;
  }
  const bool first = report.scans - static_cast<std::int64_t>(report.unreadable_scans.size()) == 1;
  report.min_points = first ? facts.points : std::min(report.min_points, facts.points);
  report.max_points = std::max(report.max_points, facts.points);
  report.points += facts.points;
  sequence.points += facts.points;
  report.invalid_points += facts.invalid;
  report.outside_points += facts.outside;
  if (facts.usable == 0) {
    ++report.empty_scans;
    report.empty_paths.push_back(entry.scan_path);
  } else if (facts.outside == facts.usable) {
    report.outside_paths.push_back(entry.scan_path);
  }
  if (!facts.labelled) return;
  ++report.labelled_scans;
  ++sequence.labelled_scans;
  add_labels(entry, facts, labels, report);
}

}  // namespace

bool DataReport::ok() const {
  const bool readable = scans > 0 && missing_sequences.empty() && unreadable_scans.empty() &&
                        empty_scans == 0 && outside_paths.empty();
  if (!need_labels) return readable;
  return readable && counted_points() > 0 && uncounted_sequences().empty() &&
         broken_labels.empty() && unknown_labels.empty() && missing_among_others() == 0;
}

std::int64_t DataReport::missing_among_others() const {
  std::int64_t missing = 0;
  for (const SequenceReport& s : sequences)
    if (s.missing_labels < s.scans) missing += s.missing_labels;
  return missing;
}

std::vector<std::string> DataReport::uncounted_sequences() const {
  std::vector<std::string> names;
  for (const SequenceReport& s : sequences)
    if (s.labelled_scans > 0 && s.counted_points == 0) names.push_back(s.sequence);
  return names;
}

std::int64_t DataReport::counted_points() const {
  std::int64_t points = 0;
  for (std::size_t c = 1; c < class_points.size(); ++c) points += class_points[c];
  return points;
}

std::string DataReport::label_advice() const {
  if (largest_raw_id < 1 || largest_raw_id >= static_cast<std::int32_t>(class_names.size()) ||
      (unknown_labels.empty() && counted_points() > 0))
    return "";
  return str_cat("the raw ids reach from 0 to ", largest_raw_id,
                 ": training classes, or ids of one's own? name their meaning with a label map "
                 "(--label-map FILE, data.label_map)");
}

double DataReport::outside_share() const {
  const std::int64_t finite = points - invalid_points;
  return finite > 0 ? static_cast<double>(outside_points) / static_cast<double>(finite) : 0;
}

DataReport check_dataset(const std::string& root, const std::vector<std::string>& sequences,
                         const LabelMap& labels, const CheckSettings& settings) {
  DataReport report;
  report.root = root;
  report.simulated = std::filesystem::exists(std::filesystem::path(root) / kSimulatedMarker);
  report.need_labels = settings.need_labels;
  report.label_map = labels.name;
  report.class_names = labels.class_names;
  report.class_points.assign(labels.class_names.size(), 0);
  report.class_scans.assign(labels.class_names.size(), 0);
  const std::vector<std::string> existing = list_sequences(root);
  std::vector<std::string> wanted;
  for (const std::string& name : sequences.empty() ? existing : sequences) {
    const std::string folder = find_sequence(name, existing);
    std::vector<std::string>& list = folder.empty() ? report.missing_sequences : wanted;
    const std::string& item = folder.empty() ? name : folder;
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  }
  std::vector<SemanticKittiDataset::Entry> entries;
  for (const std::string& sequence : wanted) {
    const auto of_sequence = list_scans(root, sequence);
    entries.insert(entries.end(), of_sequence.begin(), of_sequence.end());
  }
  std::vector<ScanFacts> facts(entries.size());
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(static_cast<std::int64_t>(entries.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   facts[static_cast<std::size_t>(i)] =
                       read_facts(entries[static_cast<std::size_t>(i)], settings);
                   if (!settings.progress) continue;
                   std::lock_guard lock(mutex);
                   settings.progress(++done, static_cast<std::int64_t>(entries.size()));
                 }
               });
  std::size_t i = 0;
  for (const std::string& sequence : wanted) {
    report.sequences.push_back({});
    report.sequences.back().sequence = sequence;
    report.sequences.back().benchmark_scans = benchmark_scans(sequence);
    for (; i < entries.size() && entries[i].sequence == sequence; ++i)
      add(entries[i], facts[i], labels, report);
  }
  if (sequences.empty())
    for (const std::string& link : list_dangling_sequences(root))
      report.unreadable_scans.push_back(
          {link, link + ": expected a folder of scans, found a link that leads nowhere"});
  return report;
}

}  // namespace lsk3d
