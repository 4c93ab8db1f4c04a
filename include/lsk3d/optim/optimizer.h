// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/nn/parameter.h"

namespace lsk3d {

struct OptimizerSettings {
  std::string name = "adamw";  // sgd, adam, adamw
  double lr = 0.005;
  double momentum = 0.9;                          // sgd
  bool nesterov = true;                           // sgd
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;  // adam, adamw
  double weight_decay = 0.02;
};

/// Updates parameters from their gradients as PyTorch's optimizer of the same name does. A
/// parameter without gradient is left alone.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// lr, and momentum (sgd) or beta1 (adam, adamw), as the schedule sets them before each step.
  void set_lr(double lr) { lr_ = lr; }
  double lr() const { return lr_; }
  void set_momentum(double momentum) { momentum_ = momentum; }
  double momentum() const { return momentum_; }

  /// One step; gradients are multiplied by `grad_scale` on the fly (clipping).
  virtual void step(double grad_scale = 1.0) = 0;

  /// Per-parameter state in a fixed order: name ("<parameter>/exp_avg"), tensor. Tensors share
  /// memory with the optimizer, so SDS may mask them in place.
  virtual std::vector<std::pair<std::string, Tensor>> state() = 0;
  /// Restores what state() gave. Throws DataError naming a missing or misshapen entry.
  virtual void load_state(const std::vector<std::pair<std::string, Tensor>>& state,
                          std::int64_t step_count) = 0;
  /// State tensors of one parameter, shaped like it, which a channel cut must follow; the first
  /// moment (momentum buffer, exp_avg) comes first. Empty for sgd without momentum.
  virtual std::vector<Tensor> state_of(const Parameter& parameter) = 0;
  /// Those of them that a sparsity mask zeroes in each step: sgd's momentum buffer. Adam's moments
  /// run on under a mask, as in the release.
  virtual std::vector<Tensor> masked_state_of(const Parameter& parameter) = 0;
  /// Puts `change(state)` in the place of each state tensor of a parameter whose channels were cut; it
  /// must have the parameter's new shape.
  virtual void replace_state(const Parameter& parameter,
                             const std::function<Tensor(const Tensor&)>& change) = 0;
  std::int64_t step_count() const { return step_count_; }

 protected:
  double lr_ = 0, momentum_ = 0;
  std::int64_t step_count_ = 0;
};

/// Throws UsageError that names the key (train.lr, …) of a setting out of range, or the known
/// optimizers.
std::unique_ptr<Optimizer> make_optimizer(std::vector<Parameter*> parameters,
                                          const OptimizerSettings& settings);

}  // namespace lsk3d
