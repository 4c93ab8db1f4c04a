// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace lsk3d {

/// SGD as PyTorch's: g = grad·scale + weight_decay·w; buf = momentum·buf + g (buf = g on the first
/// step); w -= lr·(nesterov ? g + momentum·buf : buf). All arrays f32 [n].
struct SgdArgs {
  float* weight = nullptr;
  const float* grad = nullptr;
  float* momentum_buffer = nullptr;  // null where momentum = 0
  std::int64_t n = 0;
  double lr = 0, momentum = 0, weight_decay = 0, grad_scale = 1;
  bool nesterov = false, first_step = false;
};

/// Adam / AdamW as PyTorch's (bias-corrected; `decoupled` = AdamW). All arrays f32 [n].
struct AdamArgs {
  float* weight = nullptr;
  const float* grad = nullptr;
  float* exp_avg = nullptr;
  float* exp_avg_sq = nullptr;
  std::int64_t n = 0;
  std::int64_t step = 1;  // 1 for the first step
  double lr = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0, grad_scale = 1;
  bool decoupled = false;
};

struct OptimKernels {
  void (*sgd)(const SgdArgs&) = nullptr;
  void (*adam)(const AdamArgs&) = nullptr;
  /// *sum += Σ x² in f64, in a fixed order; `sum` is on the device too, so that nobody waits for it.
  void (*add_squared_norm)(const float* x, std::int64_t n, double* sum) = nullptr;
  /// x[i] = 0 where mask[i] = 0.
  void (*apply_mask)(float* x, const std::uint8_t* mask, std::int64_t n) = nullptr;
};

}  // namespace lsk3d
