// SPDX-License-Identifier: MIT
#include "lsk3d/optim/clip.h"

#include <algorithm>
#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/kernels/kernels.h"

namespace lsk3d {

double gradient_norm(const std::vector<Parameter*>& parameters) {
  Tensor sum;
  for (const Parameter* parameter : parameters) {
    const Tensor& grad = parameter->grad();
    if (!grad.defined() || grad.numel() == 0) continue;
    if (!sum.defined()) sum = Tensor::zeros({}, DType::f64, grad.device());
    LSK3D_ASSERT(grad.device() == sum.device(), parameter->name, ": its gradient is on ",
                 to_string(grad.device()), ", others are on ", to_string(sum.device()));
    kernels(grad.device())
        .optim.add_squared_norm(grad.address<float>(), grad.numel(), sum.address<double>());
  }
  // The one number of a step that the host waits for: it decides on clipping and on stopping.
  return sum.defined() ? std::sqrt(sum.item()) : 0;
}

double clip_scale(double norm, double max_norm) {
  if (!(max_norm > 0)) return 1.0;
  return std::min(1.0, max_norm / (norm + 1e-6));
}

}  // namespace lsk3d
