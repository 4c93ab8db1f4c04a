// SPDX-License-Identifier: MIT
#pragma once

namespace lsk3d {

/// What the products of large convs are computed in. Everything else, and all sums, stay f32.
enum class Precision {
  f32,
  bf16,  // operands rounded to bfloat16: forward, and on a GPU the input gradient
};

/// While alive, sparse_conv_forward and sparse_conv_backward on this thread compute f32 features in
/// `precision`; weight gradients stay f32.
class PrecisionScope {
 public:
  explicit PrecisionScope(Precision precision);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

  /// f32 where no scope lives.
  static Precision current();

 private:
  Precision before_;
};

}  // namespace lsk3d
