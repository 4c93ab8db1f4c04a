// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/large_conv.h"
#include "lsk3d/nn/linear.h"

namespace lsk3d {

/// A sparse conv that keeps channels apart, without bias; weight [kz, ky, kx, C]. Offsets that the
/// weight's pattern calls zero are skipped.
class DepthwiseConv : public Module {
 public:
  /// Throws UsageError unless the width and all extents are >= 1.
  DepthwiseConv(int channels, KernelSize kernel);

  Variable operator()(const Variable& x, const KernelMap& map) const;

  Parameter& weight() { return weight_; }

 protected:
  void draw_parameters(std::uint64_t seed) override;

 private:
  Parameter& weight_;
};

/// Depth-wise separable conv: a DepthwiseConv over space ("depthwise"), then a Linear without bias
/// that mixes the channels ("pointwise").
class SeparableConv : public LargeConv {
 public:
  SeparableConv(int c_in, int c_out, KernelSize kernel);
  Variable operator()(const Variable& x, const KernelMap& map) const override;
  Parameter& kernel() override { return depthwise_.weight(); }

 private:
  DepthwiseConv depthwise_;
  Linear pointwise_;
};

}  // namespace lsk3d
