// SPDX-License-Identifier: MIT
#include "lsk3d/metrics/distance_confusion.h"

#include <cmath>
#include <limits>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::size_t kRings = 6;
constexpr double kWidth = 10;  // metres

}  // namespace

DistanceConfusion::DistanceConfusion(int classes) {
  for (std::size_t ring = 0; ring < kRings; ++ring) {
    const double from = kWidth * static_cast<double>(ring);
    const bool last = ring + 1 == kRings;
    rings_.push_back({from, last ? std::numeric_limits<double>::infinity() : from + kWidth,
                      ConfusionMatrix(classes)});
  }
}

void DistanceConfusion::add(const Tensor& points, std::span<const std::int32_t> labels,
                            std::span<const std::int32_t> predictions) {
  const auto n = static_cast<std::size_t>(points.dim(0));
  LSK3D_ASSERT(n == labels.size() && n == predictions.size(), n, " points, ", labels.size(),
               " labels, ", predictions.size(), " predictions");
  struct Pairs {
    std::vector<std::int32_t> labels, predictions;
  };
  std::vector<Pairs> of_ring(kRings);
  const std::int64_t columns = points.dim(1);
  const float* point = points.data<float>();
  for (std::size_t i = 0; i < n; ++i, point += columns) {
    const double range = std::hypot(double{point[0]}, double{point[1]});
    const auto ring =
        range < kWidth * (kRings - 1) ? static_cast<std::size_t>(range / kWidth) : kRings - 1;
    of_ring[ring].labels.push_back(labels[i]);
    of_ring[ring].predictions.push_back(predictions[i]);
  }
  for (std::size_t ring = 0; ring < kRings; ++ring)
    rings_[ring].matrix.add(of_ring[ring].labels, of_ring[ring].predictions);
}

}  // namespace lsk3d
