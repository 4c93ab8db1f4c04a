// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "lsk3d/core/tensor.h"
#include "lsk3d/metrics/confusion_matrix.h"

namespace lsk3d {

/// Counts of (label, prediction) pairs by how far a point is from the sensor: its horizontal range
/// sqrt(x^2 + y^2) in rings of 10 m, the last one from 50 m on.
class DistanceConfusion {
 public:
  struct Ring {
    double from, to;  // metres, `to` not included; infinity in the last
    ConfusionMatrix matrix;
  };

  explicit DistanceConfusion(int classes);
  /// `points` f32 [N, at least 2], around the sensor, in metres. Throws InternalError on a class
  /// out of range or unequal lengths.
  void add(const Tensor& points, std::span<const std::int32_t> labels,
           std::span<const std::int32_t> predictions);
  const std::vector<Ring>& rings() const { return rings_; }

 private:
  std::vector<Ring> rings_;
};

}  // namespace lsk3d
