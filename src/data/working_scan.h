// SPDX-License-Identifier: MIT
// A scan on its way into a sample: cropped, then augmented step by step.
#pragma once
#include <cstdint>
#include <span>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/dataset.h"
#include "lsk3d/sparse/voxel_settings.h"

namespace lsk3d {

struct WorkingScan {
  /// `source` of a point that came from another scan.
  static constexpr std::int32_t kForeign = -1;

  Tensor points;      // f32 [N, 4]
  Tensor classes;     // i32 [N]; undefined without labels
  Tensor raw_labels;  // i32 [N]; undefined without labels
  Tensor source;      // i32 [N], row in the file

  std::int64_t size() const { return points.dim(0); }
  bool labelled() const { return classes.defined() && raw_labels.defined(); }
};

/// The points strictly inside the volume, in order. Its memory is its own.
WorkingScan crop_to_volume(const LabelledScan& scan, const VoxelSettings& voxels);

/// Rows `index` in that order; an index may occur more than once.
WorkingScan select(const WorkingScan& scan, std::span<const std::int32_t> index);

/// `scan`, then rows `index` of the labelled scan `other`, marked as foreign.
WorkingScan append(const WorkingScan& scan, const WorkingScan& other,
                   std::span<const std::int32_t> index);

}  // namespace lsk3d
