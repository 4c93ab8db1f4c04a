// SPDX-License-Identifier: MIT
#include "point_encoder.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "lsk3d/autograd/functions.h"
#include "lsk3d/ops/segments.h"
#include "point_features.h"
#include "row_parts.h"

namespace lsk3d {
namespace {

constexpr double kRelu = 0.0;

/// Cuts between voxels, so that each part has as many points as a part of rows, or a voxel more.
std::vector<std::int64_t> voxel_cuts(const Segments& points) {
  const auto* start = points.start.data<std::int64_t>();
  const std::int64_t voxels = points.count(), most = rows_of_a_part(Device::cpu());
  std::vector<std::int64_t> cuts{0};
  for (std::int64_t v = 1; v < voxels; ++v)
    if (start[v] - start[cuts.back()] >= most) cuts.push_back(v);
  cuts.push_back(voxels);
  return cuts;
}

/// The segments that start there, of rows that lie in their order.
Segments in_order(const std::int64_t* start, std::int64_t count) {
  const std::int64_t rows = start[count] - start[0];
  Segments segments{Tensor::empty({count + 1}, DType::i64), Tensor::empty({rows}, DType::i32),
                    Tensor::empty({rows}, DType::i32)};
  auto* from = segments.start.data<std::int64_t>();
  for (std::int64_t s = 0; s <= count; ++s) from[s] = start[s] - start[0];
  auto* index = segments.index.data<std::int32_t>();
  for (std::int64_t s = 0; s < count; ++s)
    std::fill(index + from[s], index + from[s + 1], static_cast<std::int32_t>(s));
  const auto order = segments.order.span<std::int32_t>();
  std::iota(order.begin(), order.end(), 0);
  return segments;
}

}  // namespace

PointEncoder::PointEncoder(int channels)
    : norm_in_(kPointFeatures),
      linear_0_(kPointFeatures, channels),
      norm_0_(channels),
      linear_1_(channels, channels),
      norm_1_(channels),
      linear_2_(channels, channels) {
  add_child("PPmodel.0", norm_in_);
  add_child("PPmodel.1", linear_0_);
  add_child("PPmodel.2", norm_0_);
  add_child("PPmodel.4", linear_1_);
  add_child("PPmodel.5", norm_1_);
  add_child("PPmodel.7", linear_2_);
}

Variable PointEncoder::operator()(const Variable& x, const Segments& points) {
  const auto encoded = [&](const Variable& rows, const Segments& by_voxel) {
    Variable h = norm_0_(linear_0_(norm_in_(rows)), kRelu);
    h = norm_1_(linear_1_(h), kRelu);
    // The paper averages after the last layer; that layer is linear, so averaging first is the
    // same.
    return linear_2_(segment_mean(h, by_voxel));
  };
  // A GPU would have to tell the host where the voxels start.
  if (!may_run_in_parts(*this) || !x.value().device().is_cpu()) return encoded(x, points);
  return in_parts(voxel_cuts(points), [&](std::int64_t begin, std::int64_t end) {
    const auto* start = points.start.data<std::int64_t>();
    const Tensor rows =
        gather_forward(x.value(), points.order.rows(start[begin], start[end]));
    return encoded(Variable(rows), in_order(start + begin, end - begin));
  });
}

}  // namespace lsk3d
