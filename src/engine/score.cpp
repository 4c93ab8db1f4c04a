// SPDX-License-Identifier: MIT
#include "score.h"

namespace lsk3d {

Score::Score(const SemanticKittiDataset& dataset, const std::string& protocol, bool by_distance) {
  const int classes = dataset.labels().classes();
  result_.matrix = ConfusionMatrix(classes);
  if (by_distance) result_.by_distance.emplace(classes);
  result_.report = iou_report(result_.matrix, protocol);
  result_.protocol = protocol;
  result_.label_map = dataset.labels().name;
  result_.sequences = dataset.sequences();
}

void Score::add(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions) {
  result_.matrix.add(labels, predictions);
  ++result_.scans;
}

void Score::add_distances(const Tensor& points, std::span<const std::int32_t> labels,
                          std::span<const std::int32_t> predictions) {
  if (result_.by_distance) result_.by_distance->add(points, labels, predictions);
}

EvalResult Score::result() const {
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - begin_;
  EvalResult result = result_;
  result.ms_per_scan = result.scans ? elapsed.count() / static_cast<double>(result.scans) : 0;
  result.report = iou_report(result.matrix, result.protocol);
  result.points = result.report.points;
  return result;
}

}  // namespace lsk3d
