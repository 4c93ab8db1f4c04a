// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/sparse/scale_pyramid.h"
#include "point_branch.h"
#include "residual_block.h"

namespace lsk3d {

/// One block of the backbone (LSK3DNet, CVPR 2024, section 3): large kernels on the voxels of one
/// scale, then a mean through the points onto the voxels of the next.
class BackboneBlock : public Module {
 public:
  explicit BackboneBlock(const ModelSettings& settings);

  struct Output {
    Variable next;    // input of the next block, [V_next, C]
    Variable points;  // p, for the head, [V_next, C]
  };
  Output operator()(const Variable& x, const ScaleLevel& from, const ScaleLevel& to);

  ResidualBlock& residual(int i) { return i == 0 ? residual_0_ : residual_1_; }

 private:
  ResidualBlock residual_0_, residual_1_;
  PointBranch point_branch_;
};

}  // namespace lsk3d
