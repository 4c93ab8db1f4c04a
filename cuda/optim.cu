// SPDX-License-Identifier: MIT
// Optimizer steps, with the CPU's arithmetic.
#include <cmath>

#include "device/launch.h"
#include "device/memory.h"
#include "device/reduce.h"
#include "families.h"

namespace lsk3d::cuda {
namespace {

struct SgdScalars {
  float lr, momentum, decay, scale;
  bool nesterov, first;
};

__global__ void sgd_kernel(float* w, const float* grad, float* buffer, std::int64_t n, SgdScalars s) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    const float g = grad[i] * s.scale + s.decay * w[i];
    if (!buffer) {
      w[i] -= s.lr * g;
      continue;
    }
    const float b = s.first ? g : s.momentum * buffer[i] + g;
    buffer[i] = b;
    w[i] -= s.lr * (s.nesterov ? g + s.momentum * b : b);
  }
}

void sgd(const SgdArgs& a) {
  const SgdScalars s{static_cast<float>(a.lr), static_cast<float>(a.momentum),
                     static_cast<float>(a.weight_decay), static_cast<float>(a.grad_scale), a.nesterov,
                     a.first_step};
  launch(sgd_kernel, blocks_for(a.n), kThreads, 0, current_stream(), a.weight, a.grad,
         a.momentum_buffer, a.n, s);
}

/// The scalars of one Adam step, computed in double and applied in float.
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

__global__ void adam_kernel(float* w, const float* grad, float* m, float* v, std::int64_t n,
                            AdamScalars s) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    const float weight = w[i] * s.shrink;
    const float g = grad[i] * s.scale + s.decay * weight;
    const float first = m[i] + (g - m[i]) * s.lerp1;
    const float second = v[i] * s.beta2 + s.share2 * g * g;
    m[i] = first;
    v[i] = second;
    w[i] = weight - s.step_size * (first / (std::sqrt(second) / s.root_correction2 + s.eps));
  }
}

void adam(const AdamArgs& a) {
  launch(adam_kernel, blocks_for(a.n), kThreads, 0, current_stream(), a.weight, a.grad, a.exp_avg,
         a.exp_avg_sq, a.n, AdamScalars(a));
}

__global__ void squared_norm_kernel(const float* x, std::int64_t n, double* parts) {
  double sum = 0;
  for (std::int64_t i = first_item(); i < n; i += item_step())
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

/// *sum += Σ parts. One block.
__global__ void add_parts_kernel(const double* parts, std::int64_t count, double* sum) {
  double mine = 0;
  for (std::int64_t i = threadIdx.x; i < count; i += blockDim.x) mine += parts[i];
  const double all = block_sum(mine);
  if (threadIdx.x == 0) *sum += all;
}

void add_squared_norm(const float* x, std::int64_t n, double* sum) {
  constexpr std::int64_t kMaxBlocks = 1024;
  const std::int64_t blocks = std::min<std::int64_t>(ceil_div(n, kThreads), kMaxBlocks);
  Buffer<double> parts(blocks);
  launch(squared_norm_kernel, dim3(static_cast<unsigned>(blocks)), kThreads, 0, current_stream(), x, n,
         parts.data());
  launch(add_parts_kernel, 1, kThreads, 0, current_stream(), parts.data(), blocks, sum);
}

__global__ void apply_mask_kernel(float* x, const std::uint8_t* mask, std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    if (!mask[i]) x[i] = 0;
}

void apply_mask(float* x, const std::uint8_t* mask, std::int64_t n) {
  launch(apply_mask_kernel, blocks_for(n), kThreads, 0, current_stream(), x, mask, n);
}

}  // namespace

OptimKernels optim_kernels() {
  return {.sgd = sgd, .adam = adam, .add_squared_norm = add_squared_norm, .apply_mask = apply_mask};
}

}  // namespace lsk3d::cuda
