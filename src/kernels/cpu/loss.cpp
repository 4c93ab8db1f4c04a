// SPDX-License-Identifier: MIT
#include <vector>

#include "cpu_kernels.h"
#include "float_type.h"
#include "lovasz_softmax.h"
#include "lsk3d/core/parallel.h"
#include "softmax_rows.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kGrain = 1024;

/// Σ f(begin, end) over chunks of rows, in the order of the chunks.
template <typename F>
double sum_over_rows(std::int64_t n, F f) {
  std::vector<double> parts(static_cast<std::size_t>((n + kGrain - 1) / kGrain));
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    parts[static_cast<std::size_t>(begin / kGrain)] = f(begin, end);
  });
  double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

template <typename T>
class CrossEntropy {
 public:
  explicit CrossEntropy(const LossArgs& args)
      : args_(args),
        logits_(static_cast<const T*>(args.logits)),
        weights_(static_cast<const T*>(args.class_weights)),
        grad_(static_cast<T*>(args.grad_logits)),
        spread_(args.label_smoothing / args.classes) {
    for (int c = 0; c < args.classes; ++c) weight_sum_ += static_cast<double>(weights_[c]);
  }

  void run() {
    const double denominator = sum_over_rows(args_.n, [&](std::int64_t begin, std::int64_t end) {
      double sum = 0;
      for (std::int64_t i = begin; i < end; ++i)
        if (args_.labels[i] != args_.ignore) sum += static_cast<double>(weights_[args_.labels[i]]);
      return sum;
    });
    inverse_ = denominator > 0 ? 1 / denominator : 0;
    const double loss = sum_over_rows(args_.n, [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> p(static_cast<std::size_t>(args_.classes));
      double sum = 0;
      for (std::int64_t i = begin; i < end; ++i) sum += row(i, p.data());
      return sum;
    });
    *static_cast<T*>(args_.loss) = static_cast<T>(loss * inverse_);
  }

 private:
  /// The row's part of the numerator; writes its gradient.
  double row(std::int64_t i, T* p) {
    const int classes = args_.classes;
    T* grad = grad_ ? grad_ + i * classes : nullptr;
    const std::int32_t label = args_.labels[i];
    if (label == args_.ignore) {
      if (grad) std::fill_n(grad, classes, T{0});
      return 0;
    }
    const T* x = logits_ + i * classes;
    const double log_sum = softmax_row(x, classes, p);
    const double own = (1 - args_.label_smoothing) * static_cast<double>(weights_[label]);
    double loss = own * (log_sum - static_cast<double>(x[label]));
    if (spread_ > 0) {
      double all = 0;
      for (int c = 0; c < classes; ++c)
        all += static_cast<double>(weights_[c]) * (log_sum - static_cast<double>(x[c]));
      loss += spread_ * all;
    }
    if (grad) {
      const T of_p = static_cast<T>((own + spread_ * weight_sum_) * inverse_);
      const T of_weight = static_cast<T>(spread_ * inverse_);
      for (int c = 0; c < classes; ++c) grad[c] = of_p * p[c] - of_weight * weights_[c];
      grad[label] -= static_cast<T>(own * inverse_);
    }
    return loss;
  }

  const LossArgs& args_;
  const T* logits_;
  const T* weights_;
  T* grad_;
  double spread_, weight_sum_ = 0, inverse_ = 0;
};

void cross_entropy(const LossArgs& args) {
  with_float_type(args.dtype, [&](auto type) { CrossEntropy<decltype(type)>(args).run(); });
}

}  // namespace

LossKernels cpu_loss_kernels() {
  return {.cross_entropy = cross_entropy, .lovasz_softmax = cpu_lovasz_softmax};
}

}  // namespace lsk3d
