// SPDX-License-Identifier: MIT
// A dense product in f32 or f64, our own: of a linear layer's forward and both its gradients.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace lsk3d::cuda {

/// A matrix of rows × columns where it lies: element (r, c) at data[r · row_step + c · column_step].
template <typename T>
struct MatrixView {
  const T* data;
  std::int64_t row_step, column_step;
};

constexpr int kProductTile = 64, kProductDepth = 16;

/// out[part, m, n] = Σ a[m, k] · b[k, n] (+ bias[n]), k over [part · share, (part + 1) · share), in
/// order. Grid: tiles of n, tiles of m, parts; 256 threads, each with 4 × 4 elements of a 64 × 64
/// tile. Slices of both sides go through shared memory.
template <typename T>
__global__ void __launch_bounds__(256)
    product_kernel(MatrixView<T> a, MatrixView<T> b, const T* bias, T* out, std::int64_t m,
                   std::int64_t n, std::int64_t depth, std::int64_t share) {
  __shared__ T a_slice[kProductDepth][kProductTile + 1];  // + 1: columns written without conflicts
  __shared__ T b_slice[kProductDepth][kProductTile + 1];
  const int x = threadIdx.x % 16, y = threadIdx.x / 16;
  const std::int64_t first_row = std::int64_t{blockIdx.y} * kProductTile;
  const std::int64_t first_column = std::int64_t{blockIdx.x} * kProductTile;
  const std::int64_t begin = blockIdx.z * share;
  const std::int64_t end = begin + share < depth ? begin + share : depth;
  // Neighbouring threads read along the dimension that is contiguous in memory.
  const bool a_by_depth = a.column_step == 1, b_by_depth = b.row_step == 1;
  T sum[4][4] = {};
  for (std::int64_t k0 = begin; k0 < end; k0 += kProductDepth) {
    for (int i = threadIdx.x; i < kProductTile * kProductDepth; i += 256) {
      const int ar = a_by_depth ? i / kProductDepth : i % kProductTile;
      const int ak = a_by_depth ? i % kProductDepth : i / kProductTile;
      const std::int64_t row = first_row + ar;
      a_slice[ak][ar] =
          row < m && k0 + ak < end ? a.data[row * a.row_step + (k0 + ak) * a.column_step] : T{0};
      const int bc = b_by_depth ? i / kProductDepth : i % kProductTile;
      const int bk = b_by_depth ? i % kProductDepth : i / kProductTile;
      const std::int64_t column = first_column + bc;
      b_slice[bk][bc] =
          column < n && k0 + bk < end ? b.data[(k0 + bk) * b.row_step + column * b.column_step] : T{0};
    }
    __syncthreads();
    for (int k = 0; k < kProductDepth; ++k)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum[i][j] += a_slice[k][y + 16 * i] * b_slice[k][x + 16 * j];
    __syncthreads();
  }
  out += blockIdx.z * m * n;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const std::int64_t row = first_row + y + 16 * i, column = first_column + x + 16 * j;
      if (row < m && column < n)
        out[row * n + column] = bias ? sum[i][j] + bias[column] : sum[i][j];
    }
}

}  // namespace lsk3d::cuda
