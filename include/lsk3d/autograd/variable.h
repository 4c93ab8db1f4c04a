// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "lsk3d/core/tensor.h"

namespace lsk3d {

/// The gradient of one variable, apart from its value: a tape that only adds to it keeps no
/// activation alive.
struct Gradient {
  Tensor tensor;  // undefined until a backward pass reached it

  /// Adds `g`; the first one is taken over without a copy and must not be used elsewhere.
  void accumulate(Tensor g);
  /// Adds `g`, whose memory others may read: it is shared until a second one is added.
  void accumulate_shared(const Tensor& g);

 private:
  void add(Tensor g, bool shared);
  bool shared_ = false;  // others may read the memory of `tensor`
};

/// A tensor that a tape can differentiate. Copies share value and gradient.
class Variable {
 public:
  Variable() = default;
  explicit Variable(Tensor value, bool requires_grad = false);

  bool defined() const { return data_ != nullptr; }
  Tensor& value() const { return data_->value; }
  /// Undefined until a backward pass reached this variable.
  Tensor& grad() const { return data_->gradient->tensor; }
  bool requires_grad() const { return data_ && data_->requires_grad; }
  const Shape& shape() const { return data_->value.shape(); }
  std::int64_t dim(int i) const { return data_->value.dim(i); }

  /// Adds `g` to the gradient; the first one is taken over without a copy.
  void accumulate(Tensor g) const;
  void clear_grad() const { data_->gradient->tensor = Tensor(); }

  /// What a tape holds on to: null where no gradient is wanted.
  std::shared_ptr<Gradient> gradient() const { return requires_grad() ? data_->gradient : nullptr; }

 private:
  struct Data {
    Tensor value;
    std::shared_ptr<Gradient> gradient = std::make_shared<Gradient>();
    bool requires_grad = false;
  };
  std::shared_ptr<Data> data_;
};

}  // namespace lsk3d
