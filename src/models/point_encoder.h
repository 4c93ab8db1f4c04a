// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/batch_norm.h"
#include "lsk3d/nn/linear.h"
#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// Point features to voxel features: a small PointNet and a mean over each voxel.
class PointEncoder : public Module {
 public:
  explicit PointEncoder(int channels);
  /// x [N, 13] -> [V, C] on the voxels of `points`.
  Variable operator()(const Variable& x, const Segments& points);

 private:
  BatchNorm norm_in_;
  Linear linear_0_;
  BatchNorm norm_0_;
  Linear linear_1_;
  BatchNorm norm_1_;
  Linear linear_2_;
};

}  // namespace lsk3d
