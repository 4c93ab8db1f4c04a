// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "lsk3d/models/lsk3dnet.h"
#include "lsk3d/nn/batch_norm.h"
#include "lsk3d/nn/large_conv.h"
#include "lsk3d/nn/linear.h"

namespace lsk3d {

/// Slope of every LeakyReLU of the backbone.
inline constexpr double kSlope = 0.1;

/// Residual large-kernel block (LSK3DNet, CVPR 2024, section 3):
/// LeakyReLU(BN(SubM_k(LeakyReLU(BN(SubM_k(x))))) + BN(SubM_1(x))). SubM_k is the conv that
/// `settings.conv` names.
class ResidualBlock : public Module {
 public:
  explicit ResidualBlock(const ModelSettings& settings);
  /// x [V, C] -> [V, C] on the voxels of `map`.
  Variable operator()(const Variable& x, const KernelMap& map);

  Parameter& kernel_0() { return conv_0_->kernel(); }
  Parameter& kernel_1() { return conv_1_->kernel(); }

 private:
  Linear shortcut_;  // SubM_1
  BatchNorm shortcut_norm_;
  std::unique_ptr<LargeConv> conv_0_;
  BatchNorm norm_0_;
  std::unique_ptr<LargeConv> conv_1_;
  BatchNorm norm_1_;
};

}  // namespace lsk3d
