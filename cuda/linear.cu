// SPDX-License-Identifier: MIT
#include "column_sums.h"
#include "device/blas.h"
#include "device/launch.h"
#include "device/memory.h"
#include "device/reduce.h"
#include "families.h"
#include "linear_cublaslt.h"
#include "product.h"

namespace lsk3d::cuda {
namespace {

constexpr std::int64_t kSegment = 4096;  // rows that one block sums for the weight gradient

template <typename T>
void multiply(MatrixView<T> a, MatrixView<T> b, const T* bias, T* out, std::int64_t m, std::int64_t n,
              std::int64_t depth, std::int64_t share) {
  const dim3 grid(ceil_div(n, kProductTile), ceil_div(m, kProductTile),
                  depth > share ? ceil_div(depth, share) : 1);
  // The second dimension of a grid is short: tall products go by bands.
  constexpr unsigned kBand = 32768;
  for (unsigned band = 0; band < grid.y; band += kBand) {
    const std::int64_t row = std::int64_t{band} * kProductTile;
    const MatrixView<T> rows{a.data + row * a.row_step, a.row_step, a.column_step};
    launch(product_kernel<T>, dim3(grid.x, std::min(kBand, grid.y - band), grid.z), kThreads, 0,
           current_stream(), rows, b, bias, out + row * n, m - row, n, depth, share);
  }
}

/// By cuBLASLt where it is there; else, and in f64, by our own product.
bool by_blas(DType dtype) { return dtype == DType::f32 && uses_blas(); }

void forward(const LinearForwardArgs& a) {
  if (by_blas(a.dtype)) return linear_forward_cublaslt(a);
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    multiply<T>({static_cast<const T*>(a.x), a.c_in, 1}, {static_cast<const T*>(a.weight), 1, a.c_in},
                static_cast<const T*>(a.bias), static_cast<T*>(a.y), a.n, a.c_out, a.c_in, a.c_in);
  });
}

template <typename T>
void weight_gradient(const LinearBackwardArgs& a) {
  const std::int64_t segments = a.n > 0 ? ceil_div(a.n, kSegment) : 1;
  const std::int64_t size = std::int64_t{a.c_out} * a.c_in;
  T* grad = static_cast<T*>(a.grad_weight);
  Buffer<T> parts(segments > 1 ? segments * size : 1);
  multiply<T>({static_cast<const T*>(a.grad_y), 1, a.c_out}, {static_cast<const T*>(a.x), a.c_in, 1},
              nullptr, segments > 1 ? parts.data() : grad, a.c_out, a.c_in, a.n, kSegment);
  if (segments > 1)
    launch(sum_rows<T, T>, blocks_for(size), kThreads, 0, current_stream(), parts.data(), segments,
           size, grad);
}

void backward(const LinearBackwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) {
    using T = decltype(type);
    const T* grad_y = static_cast<const T*>(a.grad_y);
    if (a.grad_x && by_blas(a.dtype))
      linear_input_gradient_cublaslt(a);
    else if (a.grad_x)
      multiply<T>({grad_y, a.c_out, 1}, {static_cast<const T*>(a.weight), a.c_in, 1}, nullptr,
                  static_cast<T*>(a.grad_x), a.n, a.c_in, a.c_out, a.c_out);
    if (a.grad_weight) weight_gradient<T>(a);
    if (a.grad_bias) {
      const ColumnSums<T> sums(a.n, a.c_out, 1, ColumnsOf<T>{grad_y, a.c_out});
      launch(sum_rows<double, T>, blocks_for(a.c_out), kThreads, 0, current_stream(), sums.parts(),
             sums.chunks(), std::int64_t{a.c_out}, static_cast<T*>(a.grad_bias));
    }
  });
}

}  // namespace

LinearKernels linear_kernels() { return {.forward = forward, .backward = backward}; }

}  // namespace lsk3d::cuda
