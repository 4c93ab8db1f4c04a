// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lsk3d/data/bad_scans.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/metrics/confusion_matrix.h"

namespace lsk3d {

struct EvalResult {
  ConfusionMatrix matrix{2};
  IouReport report;
  std::string protocol;
  std::string label_map;               // its name
  std::vector<std::string> sequences;  // folders that hold the scans
  int votes = 1;
  std::int64_t scans = 0;
  std::int64_t left_out = 0;  // scans that cannot be used
  std::int64_t points = 0;   // labelled points that count
  double ms_per_scan = 0;    // read to classes, mean
};

/// Predicts every scan of `dataset` and compares with its labels. `protocol`: see iou_report;
/// under "lsk3dnet" points outside the volume do not count. `progress(done, total)` may be empty.
/// Scans that cannot be used are left out or an error, as the data set says; `bad`, where given, comes
/// to hold them and knows those of earlier calls.
EvalResult evaluate(Lsk3dNet& model, const SemanticKittiDataset& dataset,
                    const PredictSettings& settings, const std::string& protocol,
                    const std::function<void(std::int64_t, std::int64_t)>& progress = {},
                    BadScans* bad = nullptr);

/// For people: confusion matrix, per-class IoU, mIoU, which protocol, votes, split, sequences
/// and label map.
std::string format_table(const EvalResult& result, const std::vector<std::string>& class_names,
                         const std::string& split);
/// The JSON of `lsk3d eval --report`.
std::string to_json(const EvalResult& result, const std::vector<std::string>& class_names,
                    const std::string& split);

}  // namespace lsk3d
