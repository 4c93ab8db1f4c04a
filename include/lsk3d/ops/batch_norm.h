// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/core/tensor.h"

namespace lsk3d {

struct BatchNormSettings {
  bool training = false;  // batch statistics, which update the running ones; else the running ones
  double slope = 1.0;     // of the LeakyReLU behind it, >= 0; 1: none
  double momentum = 0.1, eps = 1e-5;
};

struct BatchNormResult {
  Tensor y;
  Tensor mean, inv_std;  // f64 [C], what x was normalised by
};

/// Normalises the columns of x [N, C], scales by weight [C], shifts by bias [C], then LeakyReLU.
/// running_mean and running_var [C] of x's dtype are updated in place in training. An empty x in
/// training leaves them alone.
BatchNormResult batch_norm_forward(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                   Tensor& running_mean, Tensor& running_var,
                                   const BatchNormSettings& settings);

struct BatchNormGrads {
  Tensor x, weight, bias;  // undefined where not wanted
};
/// `forward`: the result of batch_norm_forward; only its statistics are read.
BatchNormGrads batch_norm_backward(const Tensor& grad_y, const Tensor& x, const Tensor& weight,
                                   const Tensor& bias, const BatchNormResult& forward,
                                   const BatchNormSettings& settings, bool want_x = true,
                                   bool want_weight = true, bool want_bias = true);

}  // namespace lsk3d
