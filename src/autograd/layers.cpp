// SPDX-License-Identifier: MIT
// Linear layer and batch norm.
#include "lsk3d/autograd/functions.h"
#include "lsk3d/ops/batch_norm.h"
#include "lsk3d/ops/linear.h"
#include "recording.h"

namespace lsk3d {
namespace {

using GradientPtr = std::shared_ptr<Gradient>;

void add_to(const GradientPtr& gradient, Tensor g) {
  if (gradient) gradient->accumulate(std::move(g));
}

}  // namespace

Variable linear(const Variable& x, const Variable& weight, const Variable& bias) {
  Tensor y = linear_forward(x.value(), weight.value(), bias.defined() ? bias.value() : Tensor());
  if (!wants_recording({&x, &weight, &bias}))
    return untaped(std::move(y), TracedOp::Kind::linear, {&x}, {&weight, &bias});
  return recorded(std::move(y),
                  [x = x.value(), weight = weight.value(), of_x = x.gradient(),
                   of_weight = weight.gradient(), of_bias = bias.gradient()](const Tensor& grad_y) {
                    LinearGrads grads = linear_backward(grad_y, x, weight, of_x != nullptr,
                                                        of_weight != nullptr, of_bias != nullptr);
                    add_to(of_x, std::move(grads.x));
                    add_to(of_weight, std::move(grads.weight));
                    add_to(of_bias, std::move(grads.bias));
                  });
}

Variable batch_norm(const Variable& x, const Variable& weight, const Variable& bias,
                    Tensor& running_mean, Tensor& running_var, bool training, double slope,
                    double momentum, double eps) {
  const BatchNormSettings settings{
      .training = training, .slope = slope, .momentum = momentum, .eps = eps};
  BatchNormResult result = batch_norm_forward(x.value(), weight.value(), bias.value(), running_mean,
                                              running_var, settings);
  Tensor y = std::move(result.y);
  result.y = Tensor();  // not kept: backward works from x
  if (!wants_recording({&x, &weight, &bias})) {
    Variable normalised(std::move(y));
    if (OpTrace* trace = OpTrace::current())
      trace->record({TracedOp::Kind::batch_norm,
                     {x},
                     {weight, bias},
                     normalised,
                     {&running_mean, &running_var},
                     slope,
                     eps});
    return normalised;
  }
  return recorded(std::move(y), [x = x.value(), weight = weight.value(), bias = bias.value(),
                                 result = std::move(result), settings, of_x = x.gradient(),
                                 of_weight = weight.gradient(),
                                 of_bias = bias.gradient()](const Tensor& grad_y) {
    BatchNormGrads grads =
        batch_norm_backward(grad_y, x, weight, bias, result, settings, of_x != nullptr,
                            of_weight != nullptr, of_bias != nullptr);
    add_to(of_x, std::move(grads.x));
    add_to(of_weight, std::move(grads.weight));
    add_to(of_bias, std::move(grads.bias));
  });
}

}  // namespace lsk3d
