// SPDX-License-Identifier: MIT
#include "lsk3d/engine/evaluator.h"

#include "score.h"

namespace lsk3d {

EvalResult evaluate(Lsk3dNet& model, const SemanticKittiDataset& dataset,
                    const PredictSettings& settings, const std::string& protocol,
                    const std::function<void(std::int64_t, std::int64_t)>& progress,
                    BadScans* bad_scans, bool by_distance) {
  BadScans own(dataset);
  BadScans& bad = bad_scans ? *bad_scans : own;
  const bool was_training = model.training();
  model.train(false);
  Score score(dataset, protocol, by_distance);
  const auto total = static_cast<std::int64_t>(dataset.size());
  std::vector<std::int32_t> predictions, labels;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    if (const auto scan = read_usable(dataset, i, bad)) {
      const ScanPrediction prediction = predict_scan(model, *scan, settings);
      const auto kept = scan->scan.kept.span<std::int32_t>();
      const auto truth = scan->classes.span<std::int32_t>();
      predictions.resize(kept.size());
      labels.assign(truth.begin(), truth.end());
      for (std::size_t p = 0; p < kept.size(); ++p) {
        predictions[p] = prediction.classes.data<std::int32_t>()[kept[p]];
        const bool inside = prediction.in_volume.data<std::uint8_t>()[kept[p]] != 0;
        if (protocol == "lsk3dnet" && !inside) labels[p] = 0;
      }
      score.add(labels, predictions);
      score.add_distances(scan->scan.points, labels, predictions);
    }
    if (progress) progress(static_cast<std::int64_t>(i) + 1, total);
  }
  model.train(was_training);
  EvalResult result = score.result();
  result.votes = settings.votes;
  result.left_out = static_cast<std::int64_t>(bad.size());
  return result;
}

}  // namespace lsk3d
