// SPDX-License-Identifier: MIT
#include "lsk3d/nn/batch_norm.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

Tensor channels_of(int channels, double value) {
  LSK3D_CHECK(channels >= 1, UsageError, "BatchNorm: expected at least 1 channel, found ",
              channels);
  return Tensor::full({channels}, value);
}

}  // namespace

BatchNorm::BatchNorm(int channels)
    : weight_(add_parameter("weight", channels_of(channels, 1))),
      bias_(add_parameter("bias", channels_of(channels, 0))),
      running_mean_(add_buffer("running_mean", channels_of(channels, 0))),
      running_var_(add_buffer("running_var", channels_of(channels, 1))) {}

Variable BatchNorm::operator()(const Variable& x, double slope) {
  Variable y = batch_norm(x, weight_.variable, bias_.variable, running_mean_.value,
                          running_var_.value, training(), slope);
  report_layer(weight_.name, y.value());
  return y;
}

}  // namespace lsk3d
