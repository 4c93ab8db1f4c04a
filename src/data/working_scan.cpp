// SPDX-License-Identifier: MIT
#include "working_scan.h"

#include <vector>

#include "scan_rows.h"

namespace lsk3d {

WorkingScan crop_to_volume(const LabelledScan& scan, const VoxelSettings& voxels) {
  const Tensor& points = scan.scan.points;
  std::vector<std::int32_t> inside;
  inside.reserve(static_cast<std::size_t>(points.dim(0)));
  const float* p = points.data<float>();
  for (std::int64_t i = 0; i < points.dim(0); ++i, p += 4) {
    bool in = true;
    for (std::size_t a = 0; a < 3; ++a) in = in && voxels.min[a] < p[a] && p[a] < voxels.max[a];
    if (in) inside.push_back(static_cast<std::int32_t>(i));
  }
  WorkingScan result;
  result.points = gather_rows(points, inside);
  result.classes = gather_rows(scan.classes, inside);
  result.raw_labels = gather_rows(scan.raw_labels, inside);
  result.source = gather_rows(scan.scan.kept, inside);
  return result;
}

WorkingScan select(const WorkingScan& scan, std::span<const std::int32_t> index) {
  return {gather_rows(scan.points, index), gather_rows(scan.classes, index),
          gather_rows(scan.raw_labels, index), gather_rows(scan.source, index)};
}

WorkingScan append(const WorkingScan& scan, const WorkingScan& other,
                   std::span<const std::int32_t> index) {
  const WorkingScan more = select(other, index);
  return {append_rows(scan.points, more.points), append_rows(scan.classes, more.classes),
          append_rows(scan.raw_labels, more.raw_labels),
          append_rows(scan.source, Tensor::full({more.size()}, WorkingScan::kForeign, DType::i32))};
}

}  // namespace lsk3d
