// SPDX-License-Identifier: MIT
// Sparse convs of every kind.
#include "lsk3d/autograd/functions.h"
#include "lsk3d/ops/depthwise_conv.h"
#include "lsk3d/ops/shared_conv.h"
#include "recording.h"

namespace lsk3d {
namespace {

using GradientPtr = std::shared_ptr<Gradient>;

template <typename Grads>
void add_to(const GradientPtr& of_x, const GradientPtr& of_weight, Grads grads) {
  if (of_x) of_x->accumulate(std::move(grads.features));
  if (of_weight) of_weight->accumulate(std::move(grads.weight));
}

}  // namespace

Variable sparse_conv(const Variable& x, const Variable& weight, const KernelMap& map,
                     std::shared_ptr<const WeightPattern> pattern) {
  Tensor y = sparse_conv_forward(x.value(), weight.value(), map, pattern.get());
  if (!wants_recording({&x, &weight}))
    return untaped(std::move(y), TracedOp::Kind::sparse_conv, {&x}, {&weight});
  return recorded(std::move(y),
                  [x = x.value(), weight = weight.value(), map, pattern = std::move(pattern),
                   of_x = x.gradient(), of_weight = weight.gradient()](const Tensor& grad_y) {
                    add_to(of_x, of_weight,
                           sparse_conv_backward(grad_y, x, weight, map, pattern.get(),
                                                of_x != nullptr, of_weight != nullptr));
                  });
}

Variable depthwise_conv(const Variable& x, const Variable& weight, const KernelMap& map,
                        std::shared_ptr<const WeightPattern> pattern) {
  Tensor y = depthwise_conv_forward(x.value(), weight.value(), map, pattern.get());
  if (!wants_recording({&x, &weight}))
    return untaped(std::move(y), TracedOp::Kind::depthwise_conv, {&x}, {&weight});
  return recorded(std::move(y),
                  [x = x.value(), weight = weight.value(), map, pattern = std::move(pattern),
                   of_x = x.gradient(), of_weight = weight.gradient()](const Tensor& grad_y) {
                    add_to(of_x, of_weight,
                           depthwise_conv_backward(grad_y, x, weight, map, pattern.get(),
                                                   of_x != nullptr, of_weight != nullptr));
                  });
}

Variable shared_conv(const Variable& x, const Variable& weight, const KernelMap& map,
                     const SpatialPartition& partition) {
  Tensor y = shared_conv_forward(x.value(), weight.value(), map, partition);
  // Its channels meet as those of any conv do.
  if (!wants_recording({&x, &weight}))
    return untaped(std::move(y), TracedOp::Kind::sparse_conv, {&x}, {&weight});
  return recorded(std::move(y),
                  [x = x.value(), weight = weight.value(), map, partition, of_x = x.gradient(),
                   of_weight = weight.gradient()](const Tensor& grad_y) {
                    add_to(of_x, of_weight,
                           shared_conv_backward(grad_y, x, weight, map, partition, of_x != nullptr,
                                                of_weight != nullptr));
                  });
}

}  // namespace lsk3d
