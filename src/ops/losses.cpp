// SPDX-License-Identifier: MIT
#include "lsk3d/ops/losses.h"

#include "arguments.h"
#include "lsk3d/kernels/kernels.h"
#include "lsk3d/ops/add.h"

namespace lsk3d {
namespace {

/// Checks what both losses share and makes room for the result.
LossResult prepare(const char* op, const Tensor& logits, const Tensor& labels, int ignore,
                   bool want_grad, LossArgs& args) {
  const int classes = require_matrix(op, "logits", logits);
  LSK3D_CHECK(classes >= 1, UsageError, op, ": logits: expected at least 1 class, found ",
              to_string(logits.shape()));
  require_indices(op, "labels", labels, logits.dim(0), classes, ignore, logits);
  LossResult result{.loss = Tensor::empty({}, logits.dtype(), logits.device()), .grad_logits = {}};
  if (want_grad)
    result.grad_logits = Tensor::empty(logits.shape(), logits.dtype(), logits.device());
  args = {.dtype = logits.dtype(),
          .logits = logits.raw(),
          .labels = labels.address<std::int32_t>(),
          .loss = result.loss.raw(),
          .grad_logits = want_grad ? result.grad_logits.raw() : nullptr,
          .n = logits.dim(0),
          .classes = classes,
          .ignore = ignore};
  return result;
}

}  // namespace

LossResult cross_entropy_forward(const Tensor& logits, const Tensor& labels,
                                 const Tensor& class_weights, double label_smoothing, int ignore,
                                 bool want_grad) {
  constexpr const char* op = "cross_entropy";
  LSK3D_CHECK(label_smoothing >= 0 && label_smoothing <= 1, UsageError, op,
              ": label_smoothing: expected 0 to 1, found ", label_smoothing);
  LossArgs args;
  LossResult result = prepare(op, logits, labels, ignore, want_grad, args);
  require_shape(op, "class_weights", class_weights, {args.classes}, logits);
  args.class_weights = class_weights.raw();
  args.label_smoothing = label_smoothing;
  kernels(logits.device()).loss.cross_entropy(args);
  return result;
}

LossResult lovasz_softmax_forward(const Tensor& logits, const Tensor& labels, int ignore,
                                  bool want_grad) {
  LossArgs args;
  LossResult result = prepare("lovasz_softmax", logits, labels, ignore, want_grad, args);
  kernels(logits.device()).loss.lovasz_softmax(args);
  return result;
}

Tensor loss_backward(const Tensor& grad_loss, const LossResult& forward) {
  return scale_by(forward.grad_logits, grad_loss);
}

}  // namespace lsk3d
