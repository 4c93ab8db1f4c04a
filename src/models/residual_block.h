// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/batch_norm.h"
#include "lsk3d/nn/linear.h"
#include "lsk3d/nn/sparse_conv.h"

namespace lsk3d {

/// Slope of every LeakyReLU of the backbone.
inline constexpr double kSlope = 0.1;

/// Residual large-kernel block (LSK3DNet, CVPR 2024, section 3):
/// LeakyReLU(BN(SubM_k(LeakyReLU(BN(SubM_k(x))))) + BN(SubM_1(x))).
class ResidualBlock : public Module {
 public:
  /// `inner_channels`: between the two large convs.
  ResidualBlock(int channels, int inner_channels, KernelSize kernel);
  /// x [V, C] -> [V, C] on the voxels of `map`.
  Variable operator()(const Variable& x, const KernelMap& map);

  Parameter& kernel_0() { return conv_0_.weight(); }
  Parameter& kernel_1() { return conv_1_.weight(); }

 private:
  Linear shortcut_;  // SubM_1
  BatchNorm shortcut_norm_;
  SparseConv conv_0_;
  BatchNorm norm_0_;
  SparseConv conv_1_;
  BatchNorm norm_1_;
};

}  // namespace lsk3d
