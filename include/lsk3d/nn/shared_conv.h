// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/large_conv.h"
#include "lsk3d/sparse/spatial_partition.h"

namespace lsk3d {

/// Spatial-wise group conv without bias (LargeKernel3D, arXiv 2206.10555): one weight for all
/// offsets of a spatial group; weight [parts, parts, parts, C_in, C_out]. Without the paper's
/// position embedding.
class SharedConv : public LargeConv {
 public:
  /// Throws UsageError unless both widths are >= 1.
  SharedConv(int c_in, int c_out, SpatialPartition partition);

  Variable operator()(const Variable& x, const KernelMap& map) const override;
  Parameter& kernel() override { return weight_; }

 protected:
  void draw_parameters(std::uint64_t seed) override;

 private:
  SpatialPartition partition_;
  Parameter& weight_;
};

}  // namespace lsk3d
