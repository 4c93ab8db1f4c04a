// SPDX-License-Identifier: MIT
#include "lsk3d/ops/losses.h"

#include "lsk3d/autograd/functions.h"
#include "recording.h"

namespace lsk3d {
namespace {

Variable recorded_loss(LossResult result, const Variable& logits) {
  Tensor loss = result.loss;
  if (!result.grad_logits.defined()) return Variable(std::move(loss));
  return recorded(std::move(loss), [result = std::move(result),
                                    of_logits = logits.gradient()](const Tensor& grad_loss) {
    of_logits->accumulate(loss_backward(grad_loss, result));
  });
}

}  // namespace

Variable cross_entropy(const Variable& logits, const Tensor& labels, const Tensor& class_weights,
                       double label_smoothing, int ignore) {
  return recorded_loss(cross_entropy_forward(logits.value(), labels, class_weights, label_smoothing,
                                             ignore, wants_recording({&logits})),
                       logits);
}

Variable lovasz_softmax(const Variable& logits, const Tensor& labels, int ignore) {
  return recorded_loss(
      lovasz_softmax_forward(logits.value(), labels, ignore, wants_recording({&logits})), logits);
}

}  // namespace lsk3d
