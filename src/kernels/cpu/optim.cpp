// SPDX-License-Identifier: MIT
// Optimizer steps: one pass over the arrays, bound by memory. The arithmetic follows PyTorch's in
// float32, operation by operation, so that trajectories agree.
#include "lsk3d/kernels/optim.h"

#include <algorithm>
#include <cmath>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "cpu_kernels.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kGrain = 1 << 16;
constexpr std::int64_t kStrip = 256;  // fits the first-level cache with all its arrays

/// In place. Spelled out because std::sqrt may set errno, which keeps compilers from vectorising
/// it.
void square_roots(float* x, std::int64_t n) {
  std::int64_t i = 0;
#if defined(__SSE2__)
  for (; i + 4 <= n; i += 4) _mm_storeu_ps(x + i, _mm_sqrt_ps(_mm_loadu_ps(x + i)));
#endif
  for (; i < n; ++i) x[i] = std::sqrt(x[i]);
}

template <bool kNesterov>
void sgd_range(const SgdArgs& a, std::int64_t begin, std::int64_t end) {
  float* __restrict w = a.weight;
  float* __restrict buffer = a.momentum_buffer;
  const float* __restrict grad = a.grad;
  const auto lr = static_cast<float>(a.lr), decay = static_cast<float>(a.weight_decay);
  const auto scale = static_cast<float>(a.grad_scale);
  const auto momentum = static_cast<float>(a.momentum);
  const bool first = a.first_step;
  for (std::int64_t i = begin; i < end; ++i) {
    const float g = grad[i] * scale + decay * w[i];
    const float b = first ? g : momentum * buffer[i] + g;
    buffer[i] = b;
    w[i] -= lr * (kNesterov ? g + momentum * b : b);
  }
}

void plain_sgd_range(const SgdArgs& a, std::int64_t begin, std::int64_t end) {
  float* __restrict w = a.weight;
  const float* __restrict grad = a.grad;
  const auto lr = static_cast<float>(a.lr), decay = static_cast<float>(a.weight_decay);
  const auto scale = static_cast<float>(a.grad_scale);
  for (std::int64_t i = begin; i < end; ++i) w[i] -= lr * (grad[i] * scale + decay * w[i]);
}

void sgd(const SgdArgs& a) {
  parallel_for(a.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    if (!a.momentum_buffer) plain_sgd_range(a, begin, end);
    else if (a.nesterov) sgd_range<true>(a, begin, end);
    else sgd_range<false>(a, begin, end);
  });
}

/// The scalars of one Adam step, computed in double as PyTorch does and applied in float.
struct AdamScalars {
  explicit AdamScalars(const AdamArgs& a) {
    const double correction1 = 1 - std::pow(a.beta1, static_cast<double>(a.step));
    const double correction2 = 1 - std::pow(a.beta2, static_cast<double>(a.step));
    scale = static_cast<float>(a.grad_scale);
    shrink = a.decoupled ? static_cast<float>(1 - a.lr * a.weight_decay) : 1.0f;
    decay = a.decoupled ? 0.0f : static_cast<float>(a.weight_decay);
    lerp1 = static_cast<float>(1 - a.beta1);
    beta2 = static_cast<float>(a.beta2);
    share2 = static_cast<float>(1 - a.beta2);
    root_correction2 = static_cast<float>(std::sqrt(correction2));
    eps = static_cast<float>(a.eps);
    step_size = static_cast<float>(a.lr / correction1);
  }
  float scale, shrink, decay, lerp1, beta2, share2, root_correction2, eps, step_size;
};

void adam_strip(const AdamArgs& a, const AdamScalars& s, std::int64_t begin, std::int64_t n) {
  float* __restrict w = a.weight + begin;
  float* __restrict m = a.exp_avg + begin;
  float* __restrict v = a.exp_avg_sq + begin;
  const float* __restrict grad = a.grad + begin;
  float root[kStrip];
  for (std::int64_t i = 0; i < n; ++i) {
    w[i] *= s.shrink;
    const float g = grad[i] * s.scale + s.decay * w[i];
    m[i] += (g - m[i]) * s.lerp1;
    v[i] = v[i] * s.beta2 + s.share2 * g * g;
    root[i] = v[i];
  }
  square_roots(root, n);
  for (std::int64_t i = 0; i < n; ++i)
    w[i] -= s.step_size * (m[i] / (root[i] / s.root_correction2 + s.eps));
}

void adam(const AdamArgs& a) {
  const AdamScalars scalars(a);
  parallel_for(a.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += kStrip)
      adam_strip(a, scalars, i, std::min(kStrip, end - i));
  });
}

double range_squared_norm(const float* x, std::int64_t begin, std::int64_t end) {
  constexpr int kLanes = 8;  // independent sums: the order is fixed, and the loop vectorises
  double lanes[kLanes] = {};
  std::int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes)
    for (int k = 0; k < kLanes; ++k) {
      const double value = x[i + k];
      lanes[k] += value * value;
    }
  double sum = 0;
  for (double lane : lanes) sum += lane;
  for (; i < end; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

void add_squared_norm(const float* x, std::int64_t n, double* total) {
  std::vector<double> partial(static_cast<std::size_t>((n + kGrain - 1) / kGrain));
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    partial[static_cast<std::size_t>(begin / kGrain)] = range_squared_norm(x, begin, end);
  });
  double sum = 0;
  for (double value : partial) sum += value;
  *total += sum;
}

void apply_mask(float* x, const std::uint8_t* mask, std::int64_t n) {
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    float* __restrict values = x;
    const std::uint8_t* __restrict keep = mask;
    for (std::int64_t i = begin; i < end; ++i) values[i] = keep[i] ? values[i] : 0.0f;
  });
}

}  // namespace

OptimKernels cpu_optim_kernels() {
  return {.sgd = sgd,
          .adam = adam,
          .add_squared_norm = add_squared_norm,
          .apply_mask = apply_mask};
}

}  // namespace lsk3d
