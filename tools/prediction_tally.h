// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/label_map.h"

namespace lsk3d::cli {

/// What became of the scans of one `predict`: labelled, there already, failed.
class PredictionTally {
 public:
  explicit PredictionTally(const LabelMap& labels);

  /// A labelled scan: training classes i32 [points].
  void labelled(const Tensor& classes);
  void there_already() { ++there_already_; }
  /// A scan that could not be read or labelled; `message` names the file and is printed as it is.
  void failed(const std::string& message);

  std::int64_t failures() const { return failed_; }
  std::int64_t done() const { return labelled_ + there_already_ + failed_; }
  /// "28 scans, 3 400 000 points in 41 s: road 31 %, vegetation 22 %, … (label map
  /// semantic_kitti)"; `origin`, as in ", sequences 08", goes into the brackets.
  std::string summary(const std::string& origin = "") const;

 private:
  std::string label_map_;
  std::vector<std::string> class_names_;
  std::vector<std::int64_t> points_;  // by training class
  std::int64_t labelled_ = 0, there_already_ = 0, failed_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace lsk3d::cli
