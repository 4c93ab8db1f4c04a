// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

struct LossResult {
  Tensor loss;         // a scalar of the logits' dtype
  Tensor grad_logits;  // its gradient; undefined where not wanted
};

/// Weighted cross-entropy with label smoothing in 0 … 1, as PyTorch's. logits
/// [N, classes], labels i32 [N] of 0 … classes − 1 or `ignore`, class_weights [classes].
LossResult cross_entropy_forward(const Tensor& logits, const Tensor& labels,
                                 const Tensor& class_weights, double label_smoothing, int ignore,
                                 bool want_grad);

/// Lovász-softmax (Berman et al., CVPR 2018), mean over the classes present, `ignore` left out.
LossResult lovasz_softmax_forward(const Tensor& logits, const Tensor& labels, int ignore,
                                  bool want_grad);

/// Gradient of the logits for a gradient of the loss other than 1.
Tensor loss_backward(const Tensor& grad_loss, const LossResult& forward);

}  // namespace lsk3d
