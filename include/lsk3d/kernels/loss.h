// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

/// A loss over the rows of logits [n, classes] whose label is not `ignore`: one number, and on
/// request its gradient, at little extra cost.
struct LossArgs {
  DType dtype = DType::f32;  // of logits, class_weights, loss, grad_logits: f32 or f64
  const void* logits = nullptr;
  const std::int32_t* labels = nullptr;  // [n], each 0 … classes − 1 or `ignore`
  const void* class_weights = nullptr;   // [classes]; cross-entropy only
  void* loss = nullptr;                  // [1]
  void* grad_logits = nullptr;           // [n, classes] or null (not wanted)
  std::int64_t n = 0;
  int classes = 0, ignore = 0;
  double label_smoothing = 0;  // cross-entropy only
};

struct LossKernels {
  /// [(1−ε) Σ w_y (−log p_y) + (ε/classes) Σ_i Σ_c w_c (−log p_ic)] / Σ w_y; 0 where Σ w_y is 0.
  void (*cross_entropy)(const LossArgs&) = nullptr;
  /// Lovász-softmax (Berman et al., CVPR 2018), mean over the classes present; 0 where none is.
  void (*lovasz_softmax)(const LossArgs&) = nullptr;
};

}  // namespace lsk3d
