// SPDX-License-Identifier: MIT
#include "lsk3d/optim/clip.h"

#include <algorithm>
#include <cmath>

#include "lsk3d/kernels/kernels.h"

namespace lsk3d {

double gradient_norm(const std::vector<Parameter*>& parameters) {
  double sum = 0;
  for (const Parameter* parameter : parameters) {
    const Tensor& grad = parameter->grad();
    if (!grad.defined() || grad.numel() == 0) continue;
    sum += kernels(grad.device()).optim.squared_norm(grad.data<float>(), grad.numel());
  }
  return std::sqrt(sum);
}

double clip_scale(double norm, double max_norm) {
  if (!(max_norm > 0)) return 1.0;
  return std::min(1.0, max_norm / (norm + 1e-6));
}

}  // namespace lsk3d
