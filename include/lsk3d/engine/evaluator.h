// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lsk3d/data/bad_scans.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/metrics/confusion_matrix.h"
#include "lsk3d/metrics/distance_confusion.h"

namespace lsk3d {

struct EvalResult {
  ConfusionMatrix matrix{2};
  IouReport report;
  std::string protocol;
  std::string label_map;               // its name
  std::vector<std::string> sequences;  // folders that hold the scans
  int votes = 1;  // 0: predictions from files
  std::int64_t scans = 0;
  std::int64_t left_out = 0;  // scans that cannot be used
  std::int64_t points = 0;   // labelled points that count
  double ms_per_scan = 0;    // read to classes, mean
  std::optional<DistanceConfusion> by_distance;  // where asked for
};

/// Predicts every scan of `dataset` and compares with its labels. `protocol`: see iou_report;
/// under "lsk3dnet" points outside the volume do not count. `progress(done, total)` may be empty.
/// Scans that cannot be used are left out or an error, as the data set says; `bad`, where given, comes
/// to hold them and knows those of earlier calls.
EvalResult evaluate(Lsk3dNet& model, const SemanticKittiDataset& dataset,
                    const PredictSettings& settings, const std::string& protocol,
                    const std::function<void(std::int64_t, std::int64_t)>& progress = {},
                    BadScans* bad = nullptr, bool by_distance = false);

/// The same of predictions that lie in `folder` as sequences/NN/predictions/NAME.label (the folder
/// that holds sequences/, or that itself), raw ids of the data set's label map: no model takes part, and
/// every point of the label files counts, as in semantic-kitti-api. Scans are read only where
/// `by_distance` asks for it. Throws DataError naming the first scan without a prediction and how many
/// have none, a prediction of another number of points, or an id that the map does not list; UsageError
/// on protocol lsk3dnet, which needs a model's volume.
EvalResult evaluate_predictions(const SemanticKittiDataset& dataset, const std::string& folder,
                                const std::string& protocol, bool by_distance = false,
                                const std::function<void(std::int64_t, std::int64_t)>& progress = {});

/// For people: confusion matrix, per-class IoU, mIoU, IoU by distance where asked for, which protocol,
/// votes, split, sequences and label map.
std::string format_table(const EvalResult& result, const std::vector<std::string>& class_names,
                         const std::string& split);
/// The JSON of `lsk3d eval --report`; the IoU of a class without labelled points is null.
std::string to_json(const EvalResult& result, const std::vector<std::string>& class_names,
                    const std::string& split);

}  // namespace lsk3d
