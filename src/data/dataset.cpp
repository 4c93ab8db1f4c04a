// SPDX-License-Identifier: MIT
#include "lsk3d/data/dataset.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/data/bad_scans.h"
#include "lsk3d/data/sequence_names.h"
#include "cloud_table.h"
#include "scan_rows.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::vector<fs::path> items_of(const fs::path& folder) {
  std::vector<fs::path> items;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    items.push_back(it->path());
  LSK3D_CHECK(!error, DataError, folder.string(), ": cannot list this folder: ", error.message());
  std::sort(items.begin(), items.end());
  return items;
}

/// "found calib.txt, poses.txt, …": what stands where something else was expected.
std::string contents(const fs::path& folder) {
  const std::vector<fs::path> items = items_of(folder);
  if (items.empty()) return "found an empty folder";
  std::string list;
  for (std::size_t i = 0; i < items.size() && i < 5; ++i)
    list += (i ? ", " : "") + items[i].filename().string();
  return "found " + list + (items.size() > 5 ? ", …" : "");
}

/// The folder that holds 00, 01, …: root/sequences or root itself.
fs::path sequences_folder(const std::string& root) {
  LSK3D_CHECK(!root.empty(), UsageError,
              "data folder: expected a path, found nothing; give --data DIR");
  const fs::path path(root);
  LSK3D_CHECK(is_folder(path), DataError, root,
              is_file(path) ? ": expected a data folder, found a file" : ": no such folder",
              "; expected a data set in SemanticKITTI layout (sequences/00/velodyne/000000.bin)");
  if (is_folder(path / "sequences")) return path / "sequences";
  if (path.filename() == "sequences" ||
      (path.filename().empty() && path.parent_path().filename() == "sequences"))
    return path;
  for (const auto& item : items_of(path))
    if (is_folder(item / "velodyne")) return path;
  throw DataError(
      str_cat(root, ": expected a folder 'sequences' with 00, 01, … in it, ", contents(path)));
}

/// Clouds with named fields may have one for labels; whether they do, reading tells.
bool may_hold_labels(const std::string& scan_path) {
  return raw_columns(scan_path, {}).empty();
}

/// Takes out the scans without a label file and returns them, or throws at the first of them.
std::vector<SemanticKittiDataset::Entry> take_unlabelled(
    std::vector<SemanticKittiDataset::Entry>& entries, bool skip) {
  std::vector<SemanticKittiDataset::Entry> labelled, unlabelled;
  for (const auto& entry : entries)
    (is_file(entry.label_path) || may_hold_labels(entry.scan_path) ? labelled : unlabelled)
        .push_back(entry);
  if (unlabelled.empty()) return {};
  const auto& first = unlabelled.front();
  const std::string message =
      str_cat(first.label_path, ": no such label file (", unlabelled.size(), " of ",
              entries.size(), " scans of sequence ", first.sequence, " have none); ");
  LSK3D_CHECK(skip && !labelled.empty(), DataError, message,
              "labels are needed to train and evaluate");
  log_warning(message + "they are left out");
  entries = std::move(labelled);
  return unlabelled;
}

}  // namespace

std::vector<std::string> list_sequences(const std::string& root) {
  std::vector<std::string> sequences;
  for (const auto& item : items_of(sequences_folder(root))) {
    const std::string name = item.filename().string();
    if (!name.starts_with('.') && is_folder(item / "velodyne")) sequences.push_back(name);
  }
  return sequences;
}

std::vector<std::string> list_dangling_sequences(const std::string& root) {
  std::vector<std::string> links;
  for (const auto& item : items_of(sequences_folder(root)))
    for (const auto& path : {item, item / "velodyne"}) {
      std::error_code error;
      if (fs::is_symlink(fs::symlink_status(path, error)) && !fs::exists(path, error))
        links.push_back(path.string());
    }
  return links;
}

std::vector<SemanticKittiDataset::Entry> list_scans(const std::string& root,
                                                    const std::string& sequence) {
  const fs::path base = sequences_folder(root) / sequence;
  const fs::path scans = base / "velodyne";
  LSK3D_CHECK(is_folder(base), DataError, base.string(), ": no such folder; expected sequence ",
              sequence, " in it");
  LSK3D_CHECK(is_folder(scans), DataError, scans.string(),
              ": no such folder; expected the scans of sequence ", sequence, " in it, ",
              contents(base), " beside it");
  std::map<std::string, SemanticKittiDataset::Entry> by_name;
  for (const auto& path : items_of(scans)) {
    if (!is_scan_file(path.string())) continue;
    SemanticKittiDataset::Entry entry;
    entry.sequence = sequence;
    entry.name = scan_stem(path.string());
    entry.scan_path = path.string();
    entry.label_path = (base / "labels" / (entry.name + ".label")).string();
    const auto [other, is_new] = by_name.emplace(entry.name, entry);
    LSK3D_CHECK(is_new, DataError, entry.scan_path, ": expected one scan of this name, found ",
                other->second.scan_path, " as well; remove one");
  }
  std::vector<SemanticKittiDataset::Entry> entries;
  for (auto& [name, entry] : by_name) entries.push_back(std::move(entry));
  return entries;
}

SemanticKittiDataset::SemanticKittiDataset(const std::string& root,
                                           const std::vector<std::string>& sequences,
                                           LabelMap labels, const DatasetOptions& options)
    : labels_(std::move(labels)), options_(options) {
  const fs::path folder = sequences_folder(root);
  std::vector<std::string> existing;
  for (const auto& item : items_of(folder))
    if (is_folder(item)) existing.push_back(item.filename().string());
  std::string missing;
  for (const std::string& wanted : sequences) {
    const std::string sequence = find_sequence(wanted, existing);
    if (sequence.empty()) {
      missing += (missing.empty() ? "" : ", ") + wanted;
      continue;
    }
    const fs::path base = folder / sequence;
    std::vector<Entry> of_sequence = list_scans(root, sequence);
    if (of_sequence.empty())
      log_warning(str_cat((base / "velodyne").string(),
                          ": no scans (.bin, .npy, .ply, .pcd) in this folder"));
    if (options_.need_labels)
      for (Entry& entry : take_unlabelled(of_sequence, options_.skip_bad))
        without_labels_.push_back(std::move(entry));
    entries_.insert(entries_.end(), of_sequence.begin(), of_sequence.end());
  }
  const bool none = !sequences.empty() && entries_.empty();
  LSK3D_CHECK(!none || missing.empty(), DataError, folder.string(), ": expected scans of sequence ",
              missing, ", ", contents(folder),
              "; choose sequences that exist: --sequences, or data.train, data.valid, data.test in the "
              "configuration of a training");
  LSK3D_CHECK(!none, DataError, folder.string(), ": the sequences asked for hold no scan");
  if (!missing.empty())
    log_warning(str_cat(folder.string(), ": sequence ", missing, " is missing and left out"));
}

std::vector<std::string> SemanticKittiDataset::sequences() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_)
    if (std::find(names.begin(), names.end(), entry.sequence) == names.end())
      names.push_back(entry.sequence);
  return names;
}

LabelledScan SemanticKittiDataset::read(std::size_t index) const {
  LSK3D_ASSERT(index < entries_.size(), "scan ", index, " of ", entries_.size());
  const Entry& entry = entries_[index];
  LabelledScan result;
  result.scan = read_scan(entry.scan_path, options_.format);
  if (!options_.need_labels) return result;
  const bool in_cloud = result.scan.field_labels.defined() && !is_file(entry.label_path);
  const Tensor raw = in_cloud ? result.scan.field_labels
                              : read_labels(entry.label_path, result.scan.file_points);
  result.raw_labels =
      result.scan.dropped > 0 ? gather_rows(raw, result.scan.kept.span<std::int32_t>()) : raw;
  result.classes = labels_.classes_of(result.raw_labels, entry.label_path);
  return result;
}

std::vector<double> SemanticKittiDataset::class_points(BadScans* bad) const {
  const auto classes = static_cast<std::size_t>(labels_.classes());
  std::vector<std::vector<std::int64_t>> of_scan(entries_.size());
  const auto count = [&](std::size_t scan) {
    const std::string& path = entries_[scan].label_path;
    of_scan[scan].assign(classes, 0);
    try {
      const Tensor of_points = is_file(path) ? labels_.classes_of(read_labels(path), path)
                                             : read(scan).classes;
      for (const std::int32_t c : of_points.span<std::int32_t>())
        ++of_scan[scan][static_cast<std::size_t>(c)];
    } catch (const DataError& error) {
      if (!bad || !options_.skip_bad) throw;
      bad->add(entries_[scan].scan_path, error.what());
    }
  };
  parallel_for(static_cast<std::int64_t>(entries_.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t scan = begin; scan < end; ++scan)
                   count(static_cast<std::size_t>(scan));
               });
  std::vector<double> total(classes, 0);
  for (const auto& counts : of_scan)
    for (std::size_t c = 0; c < classes; ++c) total[c] += static_cast<double>(counts[c]);
  return total;
}

}  // namespace lsk3d
