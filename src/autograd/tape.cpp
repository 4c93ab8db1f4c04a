// SPDX-License-Identifier: MIT
#include "lsk3d/autograd/tape.h"

#include <utility>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

thread_local Tape* recorder = nullptr;

}  // namespace

Tape::Tape() : before_(std::exchange(recorder, this)) {}

Tape::~Tape() { recorder = before_; }

Tape* Tape::current() { return recorder; }

void Tape::backward(const Variable& output, Tensor seed) {
  LSK3D_CHECK(output.defined(), UsageError,
              "Tape::backward: output: expected a variable, found an ", "undefined one");
  LSK3D_CHECK(output.requires_grad(), UsageError, "Tape::backward: output: expected the result of ",
              "an op that this tape recorded, found one that wants no gradient");
  const Tensor& value = output.value();
  if (!seed.defined()) {
    output.accumulate(Tensor::full(value.shape(), 1, value.dtype(), value.device()));
  } else {
    LSK3D_CHECK(seed.shape() == value.shape() && seed.dtype() == value.dtype() &&
                    seed.device() == value.device(),
                UsageError, "Tape::backward: seed: expected ", to_string(value.dtype()), " ",
                to_string(value.shape()), " on ", to_string(value.device()), ", found ",
                to_string(seed.dtype()), " ", to_string(seed.shape()), " on ",
                to_string(seed.device()));
    output.gradient()->accumulate_shared(seed);
  }
  while (!nodes_.empty()) {
    // Taken out first: its saved tensors go as soon as it has run.
    const std::function<void()> node = std::move(nodes_.back());
    nodes_.pop_back();
    node();
  }
}

NoGrad::NoGrad() : before_(std::exchange(recorder, nullptr)) {}

NoGrad::~NoGrad() { recorder = before_; }

}  // namespace lsk3d
