// SPDX-License-Identifier: MIT
#include "lsk3d/autograd/variable.h"

#include <utility>

#include "lsk3d/core/check.h"
#include "lsk3d/ops/add.h"

namespace lsk3d {

void Gradient::accumulate(Tensor g) { add(std::move(g), false); }

void Gradient::accumulate_shared(const Tensor& g) { add(g, true); }

void Gradient::add(Tensor g, bool shared) {
  if (!tensor.defined()) {
    tensor = std::move(g);
    shared_ = shared;
  } else if (shared_) {
    tensor = add_forward(tensor, g);
    shared_ = false;
  } else {
    add_in_place(tensor, g);
  }
}

Variable::Variable(Tensor value, bool requires_grad) : data_(std::make_shared<Data>()) {
  data_->value = std::move(value);
  data_->requires_grad = requires_grad;
}

void Variable::accumulate(Tensor g) const {
  LSK3D_ASSERT(
      defined() && g.defined() && g.shape() == shape() && g.dtype() == data_->value.dtype() &&
          g.device() == data_->value.device(),
      "a gradient of another shape, dtype or device than its variable");
  data_->gradient->accumulate(std::move(g));
}

}  // namespace lsk3d
