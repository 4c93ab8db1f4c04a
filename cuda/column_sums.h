// SPDX-License-Identifier: MIT
// Sums over the rows of a matrix, chunk by chunk, each chunk by one block in a fixed order.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "device/launch.h"
#include "device/memory.h"

namespace lsk3d::cuda {

constexpr int kSumColumns = 32, kSumRows = 8;  // of a block of threads
constexpr std::int64_t kRowsPerChunk = 512;

/// Rows of one matrix [·, columns]: what column_sums_kernel adds up.
template <typename T>
struct ColumnsOf {
  const T* x;
  std::int64_t columns;
  __device__ void operator()(std::int64_t r, std::int64_t c, T& a, T&) const { a += x[r * columns + c]; }
};

/// Sums of two numbers per (row, column) over rows [begin, end): `terms(r, c, a, b)` adds to both.
/// Each thread sums a few rows in the element type, then goes on in double. Result in the threads of
/// row 0. All threads of the block call it, those past the last column with `valid` false.
template <typename T, typename Terms>
__device__ void sum_chunk(std::int64_t begin, std::int64_t end, std::int64_t c, bool valid,
                          const Terms& terms, double& a_sum, double& b_sum) {
  __shared__ double a_rows[kSumRows][kSumColumns], b_rows[kSumRows][kSumColumns];
  constexpr std::int64_t kPlainRows = 32;
  double a_total = 0, b_total = 0;
  for (std::int64_t first = begin + threadIdx.y; valid && first < end; first += kPlainRows * kSumRows) {
    T a = 0, b = 0;
    for (int i = 0; i < kPlainRows && first + i * kSumRows < end; ++i)
      terms(first + i * kSumRows, c, a, b);
    a_total += static_cast<double>(a);
    b_total += static_cast<double>(b);
  }
  a_rows[threadIdx.y][threadIdx.x] = a_total;
  b_rows[threadIdx.y][threadIdx.x] = b_total;
  __syncthreads();
  a_sum = b_sum = 0;
  for (int y = 0; y < kSumRows; ++y) {  // every thread of a column gets the sums
    a_sum += a_rows[y][threadIdx.x];
    b_sum += b_rows[y][threadIdx.x];
  }
  __syncthreads();  // the arrays are free again
}

/// parts[chunk, 0 … columns) = the first sum of each column, parts[chunk, columns …) the second, where
/// `numbers` is 2.
template <typename T, typename Terms>
__global__ void column_sums_kernel(std::int64_t n, std::int64_t columns, int numbers, Terms terms,
                                   double* parts) {
  const std::int64_t c = std::int64_t{blockIdx.y} * kSumColumns + threadIdx.x;
  const std::int64_t begin = blockIdx.x * kRowsPerChunk;
  const std::int64_t end = begin + kRowsPerChunk < n ? begin + kRowsPerChunk : n;
  double a = 0, b = 0;
  sum_chunk<T>(begin, end, c, c < columns, terms, a, b);
  if (threadIdx.y != 0 || c >= columns) return;
  parts[blockIdx.x * numbers * columns + c] = a;
  if (numbers == 2) parts[blockIdx.x * numbers * columns + columns + c] = b;
}

inline dim3 column_sums_grid(std::int64_t n, std::int64_t columns) {
  return dim3(ceil_div(n, kRowsPerChunk), ceil_div(columns, kSumColumns));
}

/// The sums per chunk, on the GPU; sum_rows() adds the chunks up.
template <typename T>
class ColumnSums {
 public:
  template <typename Terms>
  ColumnSums(std::int64_t n, std::int64_t columns, int numbers, const Terms& terms)
      : chunks_(ceil_div(n, kRowsPerChunk)), parts_(chunks_ * numbers * columns) {
    launch(column_sums_kernel<T, Terms>, column_sums_grid(n, columns), dim3(kSumColumns, kSumRows), 0,
           current_stream(), n, columns, numbers, terms, parts_.data());
  }
  std::int64_t chunks() const { return chunks_; }
  const double* parts() const { return parts_.data(); }

 private:
  std::int64_t chunks_;
  Buffer<double> parts_;
};

}  // namespace lsk3d::cuda
