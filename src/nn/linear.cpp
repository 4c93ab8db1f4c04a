// SPDX-License-Identifier: MIT
#include "lsk3d/nn/linear.h"

#include "lsk3d/autograd/functions.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/init.h"
#include "lsk3d/nn/observer.h"

namespace lsk3d {
namespace {

Tensor weight_of(int c_in, int c_out) {
  LSK3D_CHECK(c_in >= 1 && c_out >= 1, UsageError, "Linear: expected widths of at least 1, found ",
              c_in, " -> ", c_out);
  return Tensor::zeros({c_out, c_in});
}

}  // namespace

Linear::Linear(int c_in, int c_out, bool bias)
    : weight_(add_parameter("weight", weight_of(c_in, c_out))) {
  if (bias) bias_ = &add_parameter("bias", Tensor::zeros({c_out}));
}

Variable Linear::operator()(const Variable& x) const {
  Variable y = linear(x, weight_.variable, bias_ ? bias_->variable : Variable());
  report_layer(weight_.name, y.value());
  return y;
}

void Linear::draw_parameters(std::uint64_t seed) {
  const std::int64_t fan_in = weight_.value().dim(1);
  fill_uniform(weight_, fan_in, seed);
  if (bias_) fill_uniform(*bias_, fan_in, seed);
}

}  // namespace lsk3d
