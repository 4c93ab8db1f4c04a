// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/module.h"

namespace lsk3d {

/// y [N, C_out] = x [N, C_in] · weightᵀ + bias; weight [C_out, C_in]. Without bias it is also a
/// submanifold conv of kernel 1.
class Linear : public Module {
 public:
  /// Throws UsageError unless both widths are >= 1.
  Linear(int c_in, int c_out, bool bias = true);

  Variable operator()(const Variable& x) const;

  Parameter& weight() { return weight_; }
  /// Null where the layer has none.
  Parameter* bias() { return bias_; }

 protected:
  void draw_parameters(std::uint64_t seed) override;

 private:
  Parameter& weight_;
  Parameter* bias_ = nullptr;
};

}  // namespace lsk3d
