// SPDX-License-Identifier: MIT
// Lovász-softmax: A. Berman, A. R. Triki, M. B. Blaschko, CVPR 2018, algorithm 1.
#include "lovasz_softmax.h"

#include <bit>
#include <cmath>
#include <type_traits>
#include <vector>

#include "float_type.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/tensor.h"
#include "radix_sort.h"
#include "softmax_rows.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kGrain = 1024;

template <typename T>
class LovaszSoftmax {
  using Key = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

 public:
  explicit LovaszSoftmax(const LossArgs& args) : args_(args) {
    for (std::int64_t i = 0; i < args.n; ++i)
      if (args.labels[i] != args.ignore) rows_.push_back(static_cast<std::int32_t>(i));
    size_ = static_cast<std::int64_t>(rows_.size());
    counts_.assign(static_cast<std::size_t>(args.classes), 0);
    for (std::int32_t r : rows_) ++counts_[args.labels[r]];
    for (std::int64_t count : counts_) present_ += count > 0;
  }

  void run() {
    planes_ = Tensor::empty({args_.classes, size_}, dtype_of<T>());
    fill_probabilities();
    std::vector<double> losses(counts_.size());
    parallel_for(args_.classes, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; ++c)
        if (counts_[c] > 0) losses[c] = one_class(static_cast<int>(c));
    });
    double loss = 0;
    for (double l : losses) loss += l;
    *static_cast<T*>(args_.loss) = static_cast<T>(present_ ? loss / present_ : 0.0);
    if (args_.grad_logits) write_gradient();
  }

 private:
  T* plane(std::int64_t c) { return planes_.template data<T>() + c * size_; }

  const T* logits(std::int64_t i) const {
    return static_cast<const T*>(args_.logits) + std::int64_t{rows_[i]} * args_.classes;
  }

  /// planes_[c][i] = softmax of the i-th row counted, class by class: each class then sorts and
  /// walks memory of its own.
  void fill_probabilities() {
    parallel_for(size_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> p(counts_.size());
      for (std::int64_t i = begin; i < end; ++i) {
        softmax_row(logits(i), args_.classes, p.data());
        for (int c = 0; c < args_.classes; ++c) plane(c)[i] = p[c];
      }
    });
  }

  /// The loss of one class; replaces its probabilities by the loss's derivative after them.
  double one_class(int c) {
    T* p = plane(c);
    Tensor memory =
        Tensor::empty({2 * size_ * static_cast<std::int64_t>(sizeof(Keyed<Key>))}, DType::u8);
    auto* items = static_cast<Keyed<Key>*>(memory.raw());
    for (std::int64_t i = 0; i < size_; ++i) {
      const bool own = args_.labels[rows_[i]] == c;
      const T error = std::abs((own ? T{1} : T{0}) - p[i]);
      // Bits of floats >= 0 are ordered as the floats are; their complement sorts descending.
      items[i] = {static_cast<Key>(~std::bit_cast<Key>(error)),
                  static_cast<std::uint32_t>(i) << 1 | std::uint32_t{own}};
    }
    const auto* sorted = radix_sort(items, items + size_, static_cast<std::size_t>(size_));
    const double total = static_cast<double>(counts_[c]);
    double loss = 0, hits = 0, jaccard_before = 0;
    for (std::int64_t i = 0; i < size_; ++i) {
      const bool own = sorted[i].item & 1;
      hits += own;
      const double misses = static_cast<double>(i + 1) - hits;
      const double jaccard = 1 - (total - hits) / (total + misses);
      const double slope = jaccard - jaccard_before;
      jaccard_before = jaccard;
      loss += slope * static_cast<double>(std::bit_cast<T>(static_cast<Key>(~sorted[i].key)));
      p[sorted[i].item >> 1] = static_cast<T>(own ? -slope : slope);
    }
    return loss;
  }

  /// Through the softmax: p ⊙ (d − Σ p d), d = planes_ / classes present.
  void write_gradient() {
    const int classes = args_.classes;
    T* grad = static_cast<T*>(args_.grad_logits);
    const T scale = static_cast<T>(present_ ? 1.0 / present_ : 0.0);
    parallel_for(args_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::fill_n(grad + begin * classes, (end - begin) * classes, T{0});
    });
    parallel_for(size_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> p(counts_.size());
      for (std::int64_t i = begin; i < end; ++i) {
        softmax_row(logits(i), classes, p.data());
        T* g = grad + std::int64_t{rows_[i]} * classes;
        T dot = 0;
        for (int c = 0; c < classes; ++c) {
          g[c] = counts_[c] ? plane(c)[i] * scale : T{0};
          dot += p[c] * g[c];
        }
        for (int c = 0; c < classes; ++c) g[c] = p[c] * (g[c] - dot);
      }
    });
  }

  const LossArgs& args_;
  std::vector<std::int32_t> rows_;    // those with a label
  std::vector<std::int64_t> counts_;  // rows of each class
  std::int64_t size_ = 0;
  int present_ = 0;  // classes with a row
  Tensor planes_;    // [classes, size_]
};

}  // namespace

void cpu_lovasz_softmax(const LossArgs& args) {
  with_float_type(args.dtype, [&](auto type) { LovaszSoftmax<decltype(type)>(args).run(); });
}

}  // namespace lsk3d
