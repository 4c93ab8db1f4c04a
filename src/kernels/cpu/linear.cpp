// SPDX-License-Identifier: MIT
// Linear layers through the same micro-kernels as the convs: a tile of rows is a pair list that
// maps every row to itself.
#include "lsk3d/kernels/linear.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "cpu/cpu_kernels.h"
#include "cpu/micro_kernel.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d {
namespace {

constexpr int kTile = 512;      // rows of one task in products
constexpr int kSegment = 4096;  // rows that one task sums for weight and bias gradients
constexpr int kChunk = 64;      // rows that stay in the first-level cache

/// 0, 1, 2, …: the pair list of a dense product.
const std::array<std::int32_t, kTile>& identity_rows() {
  static const auto rows = [] {
    std::array<std::int32_t, kTile> r{};
    std::iota(r.begin(), r.end(), 0);
    return r;
  }();
  return rows;
}

/// y [n, out] = x [n, in] · w [in, stride] + bias.
template <typename T>
void multiply(const T* x, const T* w, std::int64_t stride, const T* bias, T* y, std::int64_t n,
              int in, int out) {
  const auto& kernels = micro_kernels<T>();
  const ChannelSegment all{0, in, (1u << kStripBlocks) - 1};
  const ColumnStrip strip{0, out, 0, 1, /*dense=*/true};
  parallel_for(n, kTile, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (bias) std::copy_n(bias, out, y + i * out);
      else std::fill_n(y + i * out, out, T(0));
    }
    GatherProduct<T> product;
    product.in_rows = product.out_rows = identity_rows().data();
    product.count = end - begin;
    product.input = x + begin * in;
    product.input_stride = in;
    product.weight = w;
    product.weight_stride = stride;
    product.output = y + begin * out;
    product.output_stride = out;
    product.strips = &strip;
    product.strip_count = 1;
    product.segments = &all;
    kernels.gather_product(product);
  });
}

/// A matrix with rows padded to whole vectors, transposed on request.
template <typename T>
Tensor packed(const T* matrix, int rows, int columns, bool transpose) {
  const int out_rows = transpose ? columns : rows, out_columns = transpose ? rows : columns;
  const std::int64_t stride = padded_columns<T>(out_columns);
  Tensor result = Tensor::zeros({out_rows, stride}, dtype_of<T>());
  T* to = result.template data<T>();
  for (int r = 0; r < out_rows; ++r)
    for (int c = 0; c < out_columns; ++c)
      to[r * stride + c] = transpose ? matrix[c * columns + r] : matrix[r * columns + c];
  return result;
}

template <typename T>
void linear_forward(const LinearForwardArgs& a) {
  const Tensor w = packed(static_cast<const T*>(a.weight), a.c_out, a.c_in, /*transpose=*/true);
  multiply(static_cast<const T*>(a.x), w.data<T>(), w.dim(1), static_cast<const T*>(a.bias),
           static_cast<T*>(a.y), a.n, a.c_in, a.c_out);
}

/// Sums over rows [begin, end): weight += grad_yᵀ · x (rows padded to `stride`), bias += grad_y.
/// The bias in f64: before a batch norm its terms cancel to nothing.
template <typename T>
void sum_rows(const LinearBackwardArgs& a, std::int64_t begin, std::int64_t end, T* weight,
              std::int64_t stride, double* bias) {
  const T* x = static_cast<const T*>(a.x);
  const T* grad = static_cast<const T*>(a.grad_y);
  std::vector<T> padded(stride == a.c_in ? 0 : static_cast<std::size_t>(kChunk * stride));
  OuterProduct<T> product;
  product.left_rows = product.right_rows = identity_rows().data();
  product.left_stride = product.left_columns = a.c_out;
  product.right_stride = stride;
  product.right_columns = static_cast<int>(stride);
  product.sum = weight;
  product.sum_stride = stride;
  for (std::int64_t i = begin; i < end; i += kChunk) {
    product.count = std::min<std::int64_t>(kChunk, end - i);
    product.left = grad + i * a.c_out;
    product.right = x + i * a.c_in;
    if (!padded.empty()) {
      for (std::int64_t r = 0; r < product.count; ++r)
        std::copy_n(x + (i + r) * a.c_in, a.c_in, padded.data() + r * stride);
      product.right = padded.data();
    }
    if (weight) micro_kernels<T>().outer_product(product);
    if (!bias) continue;
    for (std::int64_t r = i; r < i + product.count; ++r)
      for (int c = 0; c < a.c_out; ++c) bias[c] += grad[r * a.c_out + c];
  }
}

template <typename T>
void linear_backward(const LinearBackwardArgs& a) {
  if (a.grad_x) {
    const T* weight = static_cast<const T*>(a.weight);
    const std::int64_t stride = padded_columns<T>(a.c_in);
    Tensor storage;
    if (stride != a.c_in) {
      storage = packed(weight, a.c_out, a.c_in, /*transpose=*/false);
      weight = storage.data<T>();
    }
    multiply<T>(static_cast<const T*>(a.grad_y), weight, stride, nullptr, static_cast<T*>(a.grad_x),
                a.n, a.c_out, a.c_in);
  }
  if (!a.grad_weight && !a.grad_bias) return;
  const std::int64_t stride = padded_columns<T>(a.c_in);
  const std::int64_t segments = (a.n + kSegment - 1) / kSegment;
  const std::int64_t slab = a.c_out * stride;
  Tensor weight_parts = Tensor::zeros({a.grad_weight ? segments * slab : 0}, dtype_of<T>());
  Tensor bias_parts = Tensor::zeros({a.grad_bias ? segments * a.c_out : 0}, DType::f64);
  T* weights = weight_parts.template data<T>();
  double* biases = bias_parts.data<double>();
  parallel_for(a.n, kSegment, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t s = begin / kSegment;
    sum_rows(a, begin, end, a.grad_weight ? weights + s * slab : nullptr, stride,
             a.grad_bias ? biases + s * a.c_out : nullptr);
  });
  for (int o = 0; o < a.c_out; ++o) {
    if (a.grad_bias) {
      double sum = 0;
      for (std::int64_t s = 0; s < segments; ++s) sum += biases[s * a.c_out + o];
      static_cast<T*>(a.grad_bias)[o] = static_cast<T>(sum);
    }
    if (!a.grad_weight) continue;
    T* row = static_cast<T*>(a.grad_weight) + std::int64_t{o} * a.c_in;
    for (int i = 0; i < a.c_in; ++i) {
      T sum = 0;
      for (std::int64_t s = 0; s < segments; ++s) sum += weights[s * slab + o * stride + i];
      row[i] = sum;
    }
  }
}

void forward(const LinearForwardArgs& a) {
  if (a.dtype == DType::f64) linear_forward<double>(a);
  else linear_forward<float>(a);
}

void backward(const LinearBackwardArgs& a) {
  if (a.dtype == DType::f64) linear_backward<double>(a);
  else linear_backward<float>(a);
}

}  // namespace

LinearKernels cpu_linear_kernels() { return {.forward = forward, .backward = backward}; }

}  // namespace lsk3d
