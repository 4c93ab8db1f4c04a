// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/nn/module.h"

namespace lsk3d {

/// Batch normalisation over the rows of [N, C] (Ioffe & Szegedy 2015), with PyTorch's conventions:
/// eps 1e-5, momentum 0.1, biased variance to normalise, unbiased in the running statistics.
class BatchNorm : public Module {
 public:
  /// Throws UsageError unless channels >= 1.
  explicit BatchNorm(int channels);

  /// Normalises, then applies LeakyReLU of slope `slope` in the same pass (1: none, 0: ReLU).
  Variable operator()(const Variable& x, double slope = 1.0);

  Parameter& weight() { return weight_; }
  Parameter& bias() { return bias_; }
  Buffer& running_mean() { return running_mean_; }
  Buffer& running_var() { return running_var_; }

 private:
  Parameter& weight_;
  Parameter& bias_;
  Buffer& running_mean_;
  Buffer& running_var_;
};

}  // namespace lsk3d
