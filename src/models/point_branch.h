// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/batch_norm.h"
#include "lsk3d/nn/linear.h"
#include "lsk3d/sparse/voxel_grid.h"

namespace lsk3d {

/// The point branch of a block, evaluated once per voxel instead of once per point: it acts on each
/// row alone, and all points of a voxel have the same row.
class PointBranch : public Module {
 public:
  explicit PointBranch(int channels);
  /// f [V, C] -> g [V, C]; `coarser` groups the voxels by halved coordinates.
  Variable operator()(const Variable& f, const Segments& coarser);

 private:
  Linear own_;  // a
  Linear wide_0_;  // b
  BatchNorm wide_norm_0_;
  Linear wide_1_;
  BatchNorm wide_norm_1_;
  Linear wide_2_;
  Linear out_0_;  // g
  Linear out_1_;
};

}  // namespace lsk3d
