// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/data/scan.h"

namespace lsk3d {

/// One labelled scan as read, before any augmentation.
struct LabelledScan {
  Scan scan;
  Tensor classes;     // i32 [N] training classes of scan.points; undefined where no labels exist
  Tensor raw_labels;  // i32 [N] raw ids with instances; undefined where no labels exist
};

/// A list of scans on disk in SemanticKITTI layout: sequences/NN/{velodyne,labels}.
class SemanticKittiDataset {
 public:
  struct Entry {
    int sequence = 0;
    std::string name;   // "000123"
    std::string scan_path, label_path;
  };
  /// Lists the scans of `sequences` under `root` (the folder that holds sequences/, or that itself).
  /// Throws DataError naming the missing folder and what is there instead; sequences that are missing
  /// altogether are an error only if none of them exists (a warning names them).
  SemanticKittiDataset(const std::string& root, const std::vector<int>& sequences, LabelMap labels,
                       bool need_labels);

  std::size_t size() const { return entries_.size(); }
  const std::vector<Entry>& entries() const { return entries_; }
  const LabelMap& labels() const { return labels_; }
  LabelledScan read(std::size_t index) const;

 private:
  std::vector<Entry> entries_;
  LabelMap labels_;
  bool need_labels_;
};

}  // namespace lsk3d
