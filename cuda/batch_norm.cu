// SPDX-License-Identifier: MIT
#include <cmath>

#include "column_sums.h"
#include "device/launch.h"
#include "device/memory.h"
#include "device/reduce.h"
#include "families.h"
#include "leaky_slope.h"

namespace lsk3d::cuda {
namespace {

template <typename T>
struct SquaresAround {
  const T* x;
  std::int64_t columns;
  T centre;
  __device__ void operator()(std::int64_t r, std::int64_t c, T& a, T& b) const {
    const T d = x[r * columns + c] - centre;
    a += d;
    b += d * d;
  }
};

/// Per chunk: its columns' means, and sums of squared distances from them; two looks at a chunk, the
/// second from cache.
template <typename T>
__global__ void moments_kernel(const T* x, std::int64_t n, std::int64_t channels, double* moments) {
  const std::int64_t c = std::int64_t{blockIdx.y} * kSumColumns + threadIdx.x;
  const std::int64_t begin = blockIdx.x * kRowsPerChunk;
  const std::int64_t end = begin + kRowsPerChunk < n ? begin + kRowsPerChunk : n;
  const double count = static_cast<double>(end - begin);
  double sum = 0, unused = 0, distance = 0, squares = 0;
  sum_chunk<T>(begin, end, c, c < channels, ColumnsOf<T>{x, channels}, sum, unused);
  const T centre = static_cast<T>(sum / count);
  sum_chunk<T>(begin, end, c, c < channels, SquaresAround<T>{x, channels, centre}, distance, squares);
  if (threadIdx.y != 0 || c >= channels) return;
  const double shift = distance / count;  // the rounding of `centre`
  const double about_mean = squares - distance * shift;
  moments[blockIdx.x * 2 * channels + c] = static_cast<double>(centre) + shift;
  moments[blockIdx.x * 2 * channels + channels + c] = about_mean < 0 ? 0 : about_mean;
}

/// Count, mean and sum of squares about the mean of some rows.
struct Moments {
  double count, mean, squares;
};

/// Of both sets of rows (Chan et al.); NaN stays NaN.
__device__ Moments merged(const Moments& a, const Moments& b) {
  if (b.count == 0) return a;
  if (a.count == 0) return b;
  const double difference = b.mean - a.mean, total = a.count + b.count;
  return {total, a.mean + difference * b.count / total,
          a.squares + b.squares + difference * difference * a.count * b.count / total};
}

/// One warp per channel: lanes merge runs of chunks, then a tree merges lanes.
template <typename T>
__global__ void statistics_kernel(const double* moments, std::int64_t chunks, std::int64_t n,
                                  std::int64_t channels, double momentum, double eps, double* mean,
                                  double* inv_std, T* running_mean, T* running_var) {
  const std::int64_t c = first_item() / 32;
  if (c >= channels) return;
  const unsigned lane = threadIdx.x % 32;
  const std::int64_t share = (chunks + 31) / 32;
  Moments m{0, 0, 0};
  for (std::int64_t k = lane * share; k < (lane + 1) * share && k < chunks; ++k) {
    const std::int64_t rows = n - k * kRowsPerChunk;
    m = merged(m, {static_cast<double>(rows < kRowsPerChunk ? rows : kRowsPerChunk),
                   moments[k * 2 * channels + c], moments[k * 2 * channels + channels + c]});
  }
  for (unsigned by = 1; by < 32; by *= 2)
    m = merged(m, {__shfl_down_sync(kAllLanes, m.count, by), __shfl_down_sync(kAllLanes, m.mean, by),
                   __shfl_down_sync(kAllLanes, m.squares, by)});
  if (lane != 0) return;
  mean[c] = m.mean;
  inv_std[c] = 1 / std::sqrt(m.squares / m.count + eps);
  const double unbiased = m.squares / (m.count > 2 ? m.count - 1 : 1.0);
  running_mean[c] =
      static_cast<T>((1 - momentum) * static_cast<double>(running_mean[c]) + momentum * m.mean);
  running_var[c] =
      static_cast<T>((1 - momentum) * static_cast<double>(running_var[c]) + momentum * unbiased);
}

void statistics(const BatchNormStatisticsArgs& a) {
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    const std::int64_t chunks = ceil_div(a.n, kRowsPerChunk), channels = a.channels;
    Buffer<double> moments(chunks * 2 * channels);
    launch(moments_kernel<T>, column_sums_grid(a.n, channels), dim3(kSumColumns, kSumRows), 0,
           current_stream(), static_cast<const T*>(a.x), a.n, channels, moments.data());
    launch(statistics_kernel<T>, blocks_for(channels * 32), kThreads, 0, current_stream(),
           moments.data(), chunks, a.n, channels, a.momentum, a.eps, a.mean, a.inv_std,
           static_cast<T*>(a.running_mean), static_cast<T*>(a.running_var));
  });
}

template <typename T>
__global__ void running_statistics_kernel(const T* running_mean, const T* running_var,
                                          std::int64_t channels, double eps, double* mean,
                                          double* inv_std) {
  for (std::int64_t c = first_item(); c < channels; c += item_step()) {
    mean[c] = static_cast<double>(running_mean[c]);
    inv_std[c] = 1 / std::sqrt(static_cast<double>(running_var[c]) + eps);
  }
}

void running_statistics(const BatchNormStatisticsArgs& a) {
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    launch(running_statistics_kernel<T>, blocks_for(a.channels), kThreads, 0, current_stream(),
           static_cast<const T*>(a.running_mean), static_cast<const T*>(a.running_var),
           std::int64_t{a.channels}, a.eps, a.mean, a.inv_std);
  });
}

/// What the kernels below need of a channel, in the element type: y = (x − mean) · scale + bias.
template <typename T>
struct Affine {
  const double *mean, *inv_std;
  const T *weight, *bias;
  T slope;

  template <typename Args>
  explicit Affine(const Args& a)
      : mean(a.mean), inv_std(a.inv_std), weight(static_cast<const T*>(a.weight)),
        bias(static_cast<const T*>(a.bias)), slope(static_cast<T>(a.slope)) {}
  __device__ T distance(T x, std::int64_t c) const { return x - static_cast<T>(mean[c]); }
  __device__ T scale(std::int64_t c) const {
    return static_cast<T>(inv_std[c] * static_cast<double>(weight[c]));
  }
  /// grad_y behind the activation, `d` being x − mean.
  __device__ T gradient(T grad_y, T d, std::int64_t c) const {
    return grad_y * leaky_slope(d * scale(c) + bias[c], slope);
  }
};

template <typename T>
__global__ void forward_kernel(const T* x, T* y, std::int64_t n, std::int64_t channels,
                               Affine<T> affine) {
  for (std::int64_t i = first_item(); i < n * channels; i += item_step()) {
    const std::int64_t c = i % channels;
    const T value = affine.distance(x[i], c) * affine.scale(c) + affine.bias[c];
    y[i] = value * leaky_slope(value, affine.slope);
  }
}

void forward(const BatchNormForwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    launch(forward_kernel<T>, blocks_for(a.n * a.channels), kThreads, 0, current_stream(),
           static_cast<const T*>(a.x), static_cast<T*>(a.y), a.n, std::int64_t{a.channels},
           Affine<T>(a));
  });
}

/// Terms of Σ g and Σ g · (x − mean), g being grad_y behind the activation.
template <typename T>
struct GradientTerms {
  const T *x, *grad_y;
  std::int64_t channels;
  Affine<T> affine;
  __device__ void operator()(std::int64_t r, std::int64_t c, T& a, T& b) const {
    const T d = affine.distance(x[r * channels + c], c);
    const T g = affine.gradient(grad_y[r * channels + c], d, c);
    a += g;
    b += g * d;
  }
};

template <typename T>
__global__ void parameter_gradient_kernel(const double* sums, const double* inv_std,
                                          std::int64_t channels, T* grad_weight, T* grad_bias) {
  for (std::int64_t c = first_item(); c < channels; c += item_step()) {
    if (grad_bias) grad_bias[c] = static_cast<T>(sums[c]);
    if (grad_weight) grad_weight[c] = static_cast<T>(sums[channels + c] * inv_std[c]);
  }
}

/// grad_x = scale · (g − a − (x − mean) · b) with a = mean(g), b = inv_std² · mean(g · (x − mean))
/// under batch statistics (`sums` not null), else 0.
template <typename T>
__global__ void input_gradient_kernel(const T* x, const T* grad_y, T* grad_x, std::int64_t n,
                                      std::int64_t channels, Affine<T> affine, const double* sums) {
  for (std::int64_t i = first_item(); i < n * channels; i += item_step()) {
    const std::int64_t c = i % channels;
    const T d = affine.distance(x[i], c);
    T g = affine.gradient(grad_y[i], d, c);
    if (sums) {
      const double rows = static_cast<double>(n), inv_std = affine.inv_std[c];
      g -= static_cast<T>(sums[c] / rows) +
           d * static_cast<T>(sums[channels + c] / rows * inv_std * inv_std);
    }
    grad_x[i] = g * affine.scale(c);
  }
}

void backward(const BatchNormBackwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    const std::int64_t channels = a.channels;
    const T *x = static_cast<const T*>(a.x), *grad_y = static_cast<const T*>(a.grad_y);
    const Affine<T> affine(a);
    Buffer<double> sums(2 * channels);
    if (a.grad_weight || a.grad_bias || a.batch_statistics) {
      const ColumnSums<T> parts(a.n, channels, 2, GradientTerms<T>{x, grad_y, channels, affine});
      launch(sum_rows<double, double>, blocks_for(2 * channels), kThreads, 0, current_stream(),
             parts.parts(), parts.chunks(), 2 * channels, sums.data());
      launch(parameter_gradient_kernel<T>, blocks_for(channels), kThreads, 0, current_stream(),
             sums.data(), a.inv_std, channels, static_cast<T*>(a.grad_weight),
             static_cast<T*>(a.grad_bias));
    }
    if (a.grad_x)
      launch(input_gradient_kernel<T>, blocks_for(a.n * channels), kThreads, 0, current_stream(), x,
             grad_y, static_cast<T*>(a.grad_x), a.n, channels, affine,
             static_cast<const double*>(a.batch_statistics ? sums.data() : nullptr));
  });
}

}  // namespace

BatchNormKernels batch_norm_kernels() {
  return {.statistics = statistics,
          .running_statistics = running_statistics,
          .forward = forward,
          .backward = backward};
}

}  // namespace lsk3d::cuda
