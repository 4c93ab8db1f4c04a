// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/cloud_format.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/data/scan.h"

namespace lsk3d {

class BadScans;

/// One labelled scan as read, before any augmentation.
struct LabelledScan {
  Scan scan;
  Tensor classes;     // i32 [N] training classes of scan.points; undefined where no labels exist
  Tensor raw_labels;  // i32 [N] raw ids with instances; undefined where no labels exist
};

/// The folder names of the sequences that exist under `root`, sorted: every folder with a folder
/// velodyne in it. Throws DataError as the data set does.
std::vector<std::string> list_sequences(const std::string& root);
/// Paths of links that lead nowhere, where a sequence or its folder velodyne should be.
std::vector<std::string> list_dangling_sequences(const std::string& root);

struct DatasetOptions {
  bool need_labels = true;  // false: labels are not read, be they there or not
  bool skip_bad = false;    // leave out scans without a label file; false: they are an error
  CloudFormat format = {};  // how the clouds are read
};

/// A list of scans on disk in SemanticKITTI layout: sequences/NN/{velodyne,labels}. A cloud with a
/// field `label` needs no label file.
class SemanticKittiDataset {
 public:
  struct Entry {
    std::string sequence;  // name of its folder: "08"
    std::string name;      // "000123"
    std::string scan_path, label_path;
  };
  /// Lists the scans of `sequences` (see find_sequence) under `root` (the folder that holds
  /// sequences/, or that itself), by sequence in the order given and by name.
  /// Throws DataError naming the missing folder and what is there instead, or the first label file
  /// that is missing; sequences that are missing altogether are an error only if none of them exists
  /// (a warning names them), and so are missing label files under skip_bad.
  SemanticKittiDataset(const std::string& root, const std::vector<std::string>& sequences,
                       LabelMap labels, const DatasetOptions& options);

  std::size_t size() const { return entries_.size(); }
  const std::vector<Entry>& entries() const { return entries_; }
  const LabelMap& labels() const { return labels_; }
  const DatasetOptions& options() const { return options_; }
  /// The scans that skip_bad has left out of entries() since they have no label file.
  const std::vector<Entry>& without_labels() const { return without_labels_; }
  /// The folders of the sequences that there are scans of, in order.
  std::vector<std::string> sequences() const;
  /// Reads one scan. Throws DataError naming the file. Thread-safe.
  LabelledScan read(std::size_t index) const;
  /// Points of each training class in all label files together, from 0 (ignored). Reads no scan that
  /// has a label file. A file that is missing, cut short or holds an unknown id is left out and added to `bad` under
  /// skip_bad where that is given; else DataError names it.
  std::vector<double> class_points(BadScans* bad = nullptr) const;

 private:
  std::vector<Entry> entries_, without_labels_;
  LabelMap labels_;
  DatasetOptions options_;
};

/// The scans of one sequence (the very name of its folder) by name, whether their label files exist
/// or not. Throws DataError naming the folder that is missing.
std::vector<SemanticKittiDataset::Entry> list_scans(const std::string& root,
                                                    const std::string& sequence);

}  // namespace lsk3d
