// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// Counts of (label, prediction) pairs, classes × classes, label-major.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int classes);
  /// Throws InternalError on a class out of range or unequal lengths.
  void add(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions);
  std::int64_t at(int label, int prediction) const;
  int classes() const { return classes_; }

 private:
  int classes_;
  std::vector<std::int64_t> counts_;
};

struct IouReport {
  std::vector<double> iou;    // by class, [0] unused
  std::vector<bool> present;  // class occurs in the labels
  double miou = 0;            // by the protocol
  double miou_present = 0;    // mean over the classes that occur in the labels
  double accuracy = 0;        // of labelled points, by the protocol
  std::int64_t points = 0;    // that the protocol counts
};

/// "api": semantic-kitti-api's definition: label 0 ignored; a prediction of 0 on a labelled point
/// is a false negative; mean over all classes 1 … n−1, an absent class counts 0. "lsk3dnet":
/// predictions of 0 are dropped too; mean over the classes that occur, in the labels or in the
/// predictions of labelled points. An empty matrix gives zeros. Throws UsageError on another name.
IouReport iou_report(const ConfusionMatrix& matrix, const std::string& protocol);

}  // namespace lsk3d
