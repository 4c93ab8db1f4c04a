// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/module.h"
#include "lsk3d/sparse/kernel_map.h"

namespace lsk3d {

/// What can stand where a residual block wants a large kernel: x [V_in, C_in] -> [V_out, C_out] on
/// the voxels of a kernel map.
class LargeConv : public Module {
 public:
  virtual Variable operator()(const Variable& x, const KernelMap& map) const = 0;
  /// The weight of the kernel's offsets.
  virtual Parameter& kernel() = 0;
};

}  // namespace lsk3d
