// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include "column_sums.h"
#include "cpu_kernels.h"
#include "float_type.h"
#include "leaky_slope.h"

namespace lsk3d {
namespace {

std::int64_t chunk_count(std::int64_t n, std::int64_t rows) { return (n + rows - 1) / rows; }

/// Per chunk: its columns' means, and sums of squared distances from them. Two looks at a chunk in
/// cache give the precision of the two-pass formula for one pass over memory.
template <typename T>
void chunk_moments(const T* x, std::int64_t begin, std::int64_t end, std::int64_t channels,
                   double* moments) {
  std::vector<T> block, centre(static_cast<std::size_t>(channels));
  std::vector<double> sums(static_cast<std::size_t>(2 * channels));
  const double n = static_cast<double>(end - begin);
  add_column_sums<T>(begin, end, channels, block, sums.data(),
                     [&](std::int64_t r, T* __restrict a, T*) {
                       const T* __restrict row = x + r * channels;
                       for (std::int64_t c = 0; c < channels; ++c) a[c] += row[c];
                     });
  for (std::int64_t c = 0; c < channels; ++c) centre[c] = static_cast<T>(sums[c] / n);
  std::fill(sums.begin(), sums.end(), 0.0);
  add_column_sums<T>(begin, end, channels, block, sums.data(),
                     [&, centre = centre.data()](std::int64_t r, T* __restrict a, T* __restrict b) {
                       const T* __restrict row = x + r * channels;
                       for (std::int64_t c = 0; c < channels; ++c) {
                         const T d = row[c] - centre[c];
                         a[c] += d;
                         b[c] += d * d;
                       }
                     });
  for (std::int64_t c = 0; c < channels; ++c) {
    const double shift = sums[c] / n;  // the rounding of `centre`
    moments[c] = static_cast<double>(centre[c]) + shift;
    moments[channels + c] = std::max(0.0, sums[channels + c] - sums[c] * shift);
  }
}

template <typename T>
void statistics_typed(const BatchNormStatisticsArgs& args) {
  const std::int64_t channels = args.channels, rows = rows_per_chunk(channels);
  const std::int64_t chunks = chunk_count(args.n, rows);
  const T* x = static_cast<const T*>(args.x);
  std::vector<double> moments(static_cast<std::size_t>(chunks * 2 * channels));
  parallel_for(args.n, rows, [&](std::int64_t begin, std::int64_t end) {
    chunk_moments(x, begin, end, channels, moments.data() + begin / rows * 2 * channels);
  });
  T* running_mean = static_cast<T*>(args.running_mean);
  T* running_var = static_cast<T*>(args.running_var);
  for (std::int64_t c = 0; c < channels; ++c) {
    double count = 0, mean = 0, squares = 0;
    for (std::int64_t k = 0; k < chunks; ++k) {  // Chan et al., in the order of the chunks
      const double* chunk = moments.data() + k * 2 * channels;
      const double n = static_cast<double>(std::min(rows, args.n - k * rows));
      const double difference = chunk[c] - mean, total = count + n;
      mean += difference * n / total;
      squares += chunk[channels + c] + difference * difference * count * n / total;
      count = total;
    }
    args.mean[c] = mean;
    args.inv_std[c] = 1 / std::sqrt(squares / count + args.eps);
    const double keep = 1 - args.momentum;
    running_mean[c] =
        static_cast<T>(keep * static_cast<double>(running_mean[c]) + args.momentum * mean);
    running_var[c] = static_cast<T>(keep * static_cast<double>(running_var[c]) +
                                    args.momentum * squares / std::max(count - 1, 1.0));
  }
}

template <typename T>
void running_statistics_typed(const BatchNormStatisticsArgs& args) {
  for (int c = 0; c < args.channels; ++c) {
    const double variance = static_cast<double>(static_cast<const T*>(args.running_var)[c]);
    args.mean[c] = static_cast<double>(static_cast<const T*>(args.running_mean)[c]);
    args.inv_std[c] = 1 / std::sqrt(variance + args.eps);
  }
}

/// What one channel needs, in the element type: y = (x − mean) · scale + bias.
template <typename T>
struct Affine {
  template <typename Args>
  explicit Affine(const Args& args)
      : mean(static_cast<std::size_t>(args.channels)), scale(mean), bias(mean) {
    for (std::size_t c = 0; c < mean.size(); ++c) {
      mean[c] = static_cast<T>(args.mean[c]);
      const double weight = static_cast<double>(static_cast<const T*>(args.weight)[c]);
      scale[c] = static_cast<T>(args.inv_std[c] * weight);
      bias[c] = static_cast<const T*>(args.bias)[c];
    }
  }
  std::vector<T> mean, scale, bias;
};

template <typename T>
void forward_typed(const BatchNormForwardArgs& args) {
  const std::int64_t channels = args.channels;
  const Affine<T> affine(args);
  const T* x = static_cast<const T*>(args.x);
  T* y = static_cast<T*>(args.y);
  const T slope = static_cast<T>(args.slope);
  parallel_for(args.n, rows_per_chunk(channels), [&](std::int64_t begin, std::int64_t end) {
    const T *mean = affine.mean.data(), *scale = affine.scale.data(), *bias = affine.bias.data();
    for (std::int64_t r = begin; r < end; ++r) {
      const T* __restrict from = x + r * channels;
      T* __restrict to = y + r * channels;
      for (std::int64_t c = 0; c < channels; ++c) {
        const T value = (from[c] - mean[c]) * scale[c] + bias[c];
        to[c] = value * leaky_slope(value, slope);
      }
    }
  });
}

/// Column sums of g and of g · (x − mean), g being grad_y behind the activation: [2·channels].
template <typename T>
std::vector<double> gradient_sums(const BatchNormBackwardArgs& args, const Affine<T>& affine) {
  const std::int64_t channels = args.channels, rows = rows_per_chunk(channels);
  const std::int64_t chunks = chunk_count(args.n, rows);
  const T* x = static_cast<const T*>(args.x);
  const T* grad_y = static_cast<const T*>(args.grad_y);
  const T slope = static_cast<T>(args.slope);
  std::vector<double> parts(static_cast<std::size_t>(chunks * 2 * channels));
  parallel_for(args.n, rows, [&](std::int64_t begin, std::int64_t end) {
    std::vector<T> block;
    const T *mean = affine.mean.data(), *scale = affine.scale.data(), *bias = affine.bias.data();
    add_column_sums<T>(begin, end, channels, block, parts.data() + begin / rows * 2 * channels,
                       [&](std::int64_t r, T* __restrict a, T* __restrict b) {
                         const T* __restrict from = x + r * channels;
                         const T* __restrict grad = grad_y + r * channels;
                         for (std::int64_t c = 0; c < channels; ++c) {
                           const T d = from[c] - mean[c];
                           const T g = grad[c] * leaky_slope(d * scale[c] + bias[c], slope);
                           a[c] += g;
                           b[c] += g * d;
                         }
                       });
  });
  std::vector<double> sums(static_cast<std::size_t>(2 * channels));
  for (std::int64_t k = 0; k < chunks; ++k)
    for (std::int64_t c = 0; c < 2 * channels; ++c) sums[c] += parts[k * 2 * channels + c];
  return sums;
}

/// grad_x = scale · (g − a − (x − mean) · b) with a = mean(g), b = inv_std² · mean(g · (x − mean))
/// under batch statistics, else 0. The columns of grad_x add up to nothing, and biases before a batch
/// norm have just that as gradient: so each element is rounded once, at the end.
template <typename T>
void write_grad_x(const BatchNormBackwardArgs& args, const Affine<T>& affine,
                  const std::vector<double>& sums) {
  const std::int64_t channels = args.channels;
  std::vector<double> a_values(static_cast<std::size_t>(channels)), b_values(a_values),
      scales(affine.scale.begin(), affine.scale.end());
  if (args.batch_statistics)
    for (std::int64_t c = 0; c < channels; ++c) {
      const double n = static_cast<double>(args.n);
      const double shift = args.mean[c] - static_cast<double>(affine.mean[c]);
      b_values[c] =
          (sums[channels + c] - shift * sums[c]) / n * args.inv_std[c] * args.inv_std[c];
      a_values[c] = sums[c] / n - shift * b_values[c];
    }
  const T* x = static_cast<const T*>(args.x);
  const T* grad_y = static_cast<const T*>(args.grad_y);
  T* grad_x = static_cast<T*>(args.grad_x);
  const T slope = static_cast<T>(args.slope);
  parallel_for(args.n, rows_per_chunk(channels), [&](std::int64_t begin, std::int64_t end) {
    const T *mean = affine.mean.data(), *scale = affine.scale.data(), *bias = affine.bias.data();
    const double *a = a_values.data(), *b = b_values.data(), *factor = scales.data();
    for (std::int64_t r = begin; r < end; ++r) {
      const T* __restrict from = x + r * channels;
      const T* __restrict grad = grad_y + r * channels;
      T* __restrict to = grad_x + r * channels;
      for (std::int64_t c = 0; c < channels; ++c) {
        const T d = from[c] - mean[c];
        const T g = grad[c] * leaky_slope(d * scale[c] + bias[c], slope);
        to[c] = static_cast<T>((static_cast<double>(g) - a[c] - static_cast<double>(d) * b[c]) * factor[c]);
      }
    }
  });
}

template <typename T>
void backward_typed(const BatchNormBackwardArgs& args) {
  const Affine<T> affine(args);
  std::vector<double> sums;
  if (args.grad_weight || args.grad_bias || args.batch_statistics)
    sums = gradient_sums(args, affine);
  for (std::int64_t c = 0; c < args.channels; ++c) {
    if (args.grad_bias) static_cast<T*>(args.grad_bias)[c] = static_cast<T>(sums[c]);
    if (args.grad_weight)
      static_cast<T*>(args.grad_weight)[c] =
          static_cast<T>(sums[args.channels + c] * args.inv_std[c]);
  }
  if (args.grad_x) write_grad_x(args, affine, sums);
}

void statistics(const BatchNormStatisticsArgs& args) {
  with_float_type(args.dtype, [&](auto type) { statistics_typed<decltype(type)>(args); });
}

void running_statistics(const BatchNormStatisticsArgs& args) {
  with_float_type(args.dtype, [&](auto type) { running_statistics_typed<decltype(type)>(args); });
}

void forward(const BatchNormForwardArgs& args) {
  with_float_type(args.dtype, [&](auto type) { forward_typed<decltype(type)>(args); });
}

void backward(const BatchNormBackwardArgs& args) {
  with_float_type(args.dtype, [&](auto type) { backward_typed<decltype(type)>(args); });
}

}  // namespace

BatchNormKernels cpu_batch_norm_kernels() {
  return {.statistics = statistics,
          .running_statistics = running_statistics,
          .forward = forward,
          .backward = backward};
}

}  // namespace lsk3d
