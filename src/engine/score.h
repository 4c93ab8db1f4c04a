// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <span>
#include <string>

#include "lsk3d/engine/evaluator.h"

namespace lsk3d {

/// Counts up what an evaluation compares, scan by scan.
class Score {
 public:
  /// Throws UsageError on an unknown protocol, before the work and not after.
  Score(const SemanticKittiDataset& dataset, const std::string& protocol, bool by_distance);

  /// One more scan: training classes of its points.
  void add(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions);
  /// The same of the points whose positions are known, f32 [N, 4]; nothing without `by_distance`.
  void add_distances(const Tensor& points, std::span<const std::int32_t> labels,
                     std::span<const std::int32_t> predictions);
  EvalResult result() const;

 private:
  EvalResult result_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace lsk3d
