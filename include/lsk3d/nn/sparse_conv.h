// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/large_conv.h"

namespace lsk3d {

/// Sparse convolution without bias over any kernel map; weight [kz, ky, kx, C_in, C_out]. What the
/// weight's pattern calls zero is skipped.
class SparseConv : public LargeConv {
 public:
  /// Throws UsageError unless all extents are >= 1.
  SparseConv(int c_in, int c_out, KernelSize kernel);

  Variable operator()(const Variable& x, const KernelMap& map) const override;
  Parameter& kernel() override { return weight_; }

  Parameter& weight() { return weight_; }

 protected:
  void draw_parameters(std::uint64_t seed) override;

 private:
  Parameter& weight_;
};

}  // namespace lsk3d
