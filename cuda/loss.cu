// SPDX-License-Identifier: MIT
#include <algorithm>

#include "device/launch.h"
#include "device/memory.h"
#include "device/reduce.h"
#include "families.h"
#include "lovasz_softmax.h"
#include "softmax_rows.h"

namespace lsk3d::cuda {
namespace {

template <typename T>
struct CrossEntropyRows {
  const T* logits;
  const std::int32_t* labels;
  const T* weights;
  T* grad;  // or null
  std::int64_t n;
  int classes, ignore;
  double smoothing;
};

/// parts[block] = Σ of the weights of its rows' labels.
template <typename T>
__global__ void label_weights_kernel(CrossEntropyRows<T> rows, double* parts) {
  double sum = 0;
  for (std::int64_t i = first_item(); i < rows.n; i += item_step())
    if (rows.labels[i] != rows.ignore) sum += static_cast<double>(rows.weights[rows.labels[i]]);
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

/// inverse[0] = 1 / Σ parts, or 0 where that is 0. One block.
__global__ void inverse_kernel(const double* parts, std::int64_t count, double* inverse) {
  double sum = 0;
  for (std::int64_t i = threadIdx.x; i < count; i += blockDim.x) sum += parts[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *inverse = sum > 0 ? 1 / sum : 0;
}

/// The row's part of the numerator; writes its gradient.
template <typename T>
__device__ double cross_entropy_row(const CrossEntropyRows<T>& rows, std::int64_t i, double inverse) {
  const int classes = rows.classes;
  T* grad = rows.grad ? rows.grad + i * classes : nullptr;
  const std::int32_t label = rows.labels[i];
  if (label == rows.ignore) {
    for (int c = 0; grad && c < classes; ++c) grad[c] = 0;
    return 0;
  }
  const T* x = rows.logits + i * classes;
  const SoftmaxRow<T> softmax(x, classes);
  const double log_sum = softmax.log_sum(), spread = rows.smoothing / classes;
  const double own = (1 - rows.smoothing) * static_cast<double>(rows.weights[label]);
  double loss = own * (log_sum - static_cast<double>(x[label])), weight_sum = 0;
  if (spread > 0) {
    double all = 0;
    for (int c = 0; c < classes; ++c) {
      const double weight = static_cast<double>(rows.weights[c]);
      all += weight * (log_sum - static_cast<double>(x[c]));
      weight_sum += weight;
    }
    loss += spread * all;
  }
  if (!grad) return loss;
  const T of_p = static_cast<T>((own + spread * weight_sum) * inverse);
  const T of_weight = static_cast<T>(spread * inverse), of_label = static_cast<T>(own * inverse);
  for (int c = 0; c < classes; ++c)
    grad[c] = of_p * softmax.p(c) - of_weight * rows.weights[c] - (c == label ? of_label : T{0});
  return loss;
}

template <typename T>
__global__ void cross_entropy_kernel(CrossEntropyRows<T> rows, const double* inverse, double* parts) {
  double sum = 0;
  for (std::int64_t i = first_item(); i < rows.n; i += item_step())
    sum += cross_entropy_row(rows, i, *inverse);
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

void cross_entropy(const LossArgs& a) {
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    const CrossEntropyRows<T> rows{static_cast<const T*>(a.logits),
                                   a.labels,
                                   static_cast<const T*>(a.class_weights),
                                   static_cast<T*>(a.grad_logits),
                                   a.n,
                                   a.classes,
                                   a.ignore,
                                   a.label_smoothing};
    const dim3 grid = blocks_for(a.n);
    Buffer<double> parts(grid.x + 1);  // and the inverse of the sum of weights
    double* inverse = parts.data() + grid.x;
    launch(label_weights_kernel<T>, grid, kThreads, 0, current_stream(), rows, parts.data());
    launch(inverse_kernel, 1, kThreads, 0, current_stream(), parts.data(), grid.x, inverse);
    launch(cross_entropy_kernel<T>, grid, kThreads, 0, current_stream(), rows, inverse, parts.data());
    launch(sum_all<T>, 1, kThreads, 0, current_stream(), parts.data(), grid.x, inverse,
           static_cast<T*>(a.loss));
  });
}

}  // namespace

LossKernels loss_kernels() {
  return {.cross_entropy = cross_entropy, .lovasz_softmax = lovasz_softmax};
}

}  // namespace lsk3d::cuda
