// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <vector>

#include "lsk3d/autograd/variable.h"

namespace lsk3d {

/// Records the backward half of each op in execution order; backward() runs them in reverse, so
/// gradients are summed in one fixed order. While a Tape lives it is the recorder of its thread;
/// without one, ops record nothing (inference).
class Tape {
 public:
  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// The recorder of this thread, or null.
  static Tape* current();

  void record(std::function<void()> backward) { nodes_.push_back(std::move(backward)); }
  std::size_t size() const { return nodes_.size(); }

  /// Seeds `output` with `seed` (ones where undefined) and runs all nodes in reverse, freeing each
  /// one's saved tensors as it is done.
  void backward(const Variable& output, Tensor seed = {});

 private:
  std::vector<std::function<void()>> nodes_;
  Tape* before_;
};

/// While alive, ops on this thread record nothing.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  Tape* before_;
};

}  // namespace lsk3d
