// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// A tensor that a tape can differentiate. Copies share value and gradient.
class Variable {
 public:
  Variable() = default;
  explicit Variable(Tensor value, bool requires_grad = false);

  bool defined() const { return data_ != nullptr; }
  Tensor& value() const { return data_->value; }
  /// Undefined until a backward pass reached this variable.
  Tensor& grad() const { return data_->grad; }
  bool requires_grad() const { return data_ && data_->requires_grad; }
  const Shape& shape() const { return data_->value.shape(); }
  std::int64_t dim(int i) const { return data_->value.dim(i); }

  /// Adds `g` to the gradient; the first one is taken over without a copy.
  void accumulate(Tensor g) const;
  void clear_grad() const { data_->grad = Tensor(); }

 private:
  struct Data {
    Tensor value, grad;
    bool requires_grad = false;
  };
  std::shared_ptr<Data> data_;
};

}  // namespace lsk3d
