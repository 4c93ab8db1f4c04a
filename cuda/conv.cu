// SPDX-License-Identifier: MIT
// Sparse convolution, one launch over all offsets. A block owns a tile of output rows, keeps their
// sums in shared memory and walks the offsets, so that no sum needs an atomic and each has one order.
#include <cstdint>

#include "conv_rounded.h"
#include "conv_weight_grad.h"
#include "device/launch.h"
#include "device/memory.h"
#include "families.h"
#include "map_plan.h"

namespace lsk3d::cuda {
namespace {

constexpr int kTileColumns = 64, kPairs = 16;  // pairs that a block multiplies side by side
constexpr int kColumns = 4;                    // of one thread

/// Output rows of a block: 32 KiB of sums.
template <typename T>
constexpr int kTileRows = (32 << 10) / (kTileColumns * static_cast<int>(sizeof(T)));

template <typename T>
struct ConvView {
  const PairList* lists;
  const std::int32_t *offsets, *tile_starts;
  std::int64_t offsets_in_all;
  int offset_count;  // of those with weights
  const T *input, *weight;  // weight [K, read, write]
  T* output;
  std::int64_t output_rows;
  int read, write;
  bool input_gradient;
  BlockMask mask;
};

template <typename T>
struct alignas(16) Vector {
  T v[kColumns];
};

/// sum[0 … valid) = x[read] · w[read, columns from `column`], c in order. kWide: four columns are there
/// and 16-byte-aligned.
template <typename T, bool kWide>
__device__ void multiply_row(const ConvView<T>& view, std::int64_t k, const T* x, int column, int valid,
                             T (&sum)[kColumns]) {
  const T* w = view.weight + k * view.read * view.write + column;
  for (int block = 0; block < view.read; block += kBlockChannels) {
    if (!(view.input_gradient ? view.mask.has(k, column, block) : view.mask.has(k, block, column)))
      continue;
    const int end = block + kBlockChannels < view.read ? block + kBlockChannels : view.read;
    for (int c = block; c < end; ++c) {
      const T value = x[c];
      const T* row = w + std::int64_t{c} * view.write;
      if constexpr (kWide) {
        const Vector<T> weights = *reinterpret_cast<const Vector<T>*>(row);
        for (int j = 0; j < kColumns; ++j) sum[j] += value * weights.v[j];
      } else {
        for (int j = 0; j < valid; ++j) sum[j] += value * row[j];
      }
    }
  }
}

/// Grid: tiles of rows, tiles of 64 columns; 256 threads: 16 pairs by 16 groups of four columns.
template <typename T, bool kWide>
__global__ void __launch_bounds__(256) conv_kernel(ConvView<T> view) {
  __shared__ T sums[kTileRows<T>][kTileColumns];
  const int group = threadIdx.x % (kTileColumns / kColumns), pair = threadIdx.x / (kTileColumns / kColumns);
  const int column = static_cast<int>(blockIdx.y) * kTileColumns + group * kColumns;
  const int valid = view.write - column < kColumns ? view.write - column : kColumns;
  const std::int64_t first_row = std::int64_t{blockIdx.x} * kTileRows<T>;
  for (int i = threadIdx.x; i < kTileRows<T> * kTileColumns; i += kThreads)
    sums[i / kTileColumns][i % kTileColumns] = 0;
  __syncthreads();
  for (int n = 0; n < view.offset_count; ++n) {
    const std::int64_t k = view.offsets[n];
    const std::int32_t* starts = view.tile_starts + blockIdx.x * view.offsets_in_all + k;
    const std::int32_t begin = starts[0], end = starts[view.offsets_in_all];
    if (begin == end) continue;  // the same for the whole block
    const PairList list = view.lists[k];
    const std::int32_t* from = view.input_gradient ? list.out : list.in;
    const std::int32_t* to = view.input_gradient ? list.in : list.out;
    for (std::int32_t p = begin + pair; p < end && valid > 0; p += kPairs) {
      T sum[kColumns] = {};
      multiply_row<T, kWide>(view, k, view.input + std::int64_t{from[p]} * view.read, column, valid, sum);
      T* target = sums[to[p] - first_row] + group * kColumns;  // rows of one offset are distinct
      for (int j = 0; j < valid; ++j) target[j] += sum[j];
    }
    __syncthreads();
  }
  for (int i = threadIdx.x; i < kTileRows<T> * kTileColumns; i += kThreads) {
    const std::int64_t row = first_row + i / kTileColumns;
    const int c = static_cast<int>(blockIdx.y) * kTileColumns + i % kTileColumns;
    if (row < view.output_rows && c < view.write)
      view.output[row * view.write + c] = sums[i / kTileColumns][i % kTileColumns];
  }
}

/// to [K, columns, rows] = from [K, rows, columns], matrix by matrix.
template <typename T>
__global__ void transpose_kernel(const T* from, T* to, std::int64_t elements, int rows, int columns) {
  for (std::int64_t i = first_item(); i < elements; i += item_step()) {
    const std::int64_t slab = std::int64_t{rows} * columns, k = i / slab;
    const std::int64_t c = i % slab / rows, r = i % slab % rows;
    to[i] = from[k * slab + r * columns + c];
  }
}

template <typename T>
void forward_typed(const ConvForwardArgs& a) {
  const std::int64_t offsets = a.pairs.offsets(), tiles = ceil_div(a.output_rows, kTileRows<T>);
  const cudaStream_t stream = current_stream();
  const auto plan = plan_of(a.pairs);
  const auto active = active_on_gpu(a.active, *plan, a.c_in);
  ConvView<T> view{};
  view.lists = plan->lists();
  view.offsets = active->offsets();
  view.tile_starts = plan->starts(tiles, kTileRows<T>, a.input_gradient);
  view.offsets_in_all = offsets;
  view.offset_count = active->count();
  view.input = static_cast<const T*>(a.input);
  view.weight = static_cast<const T*>(a.weight);
  view.output = static_cast<T*>(a.output);
  view.output_rows = a.output_rows;
  view.read = a.input_gradient ? a.c_out : a.c_in;
  view.write = a.input_gradient ? a.c_in : a.c_out;
  view.input_gradient = a.input_gradient;
  view.mask = active->mask();
  Buffer<T> transposed;
  if (a.input_gradient) {
    transposed = Buffer<T>(offsets * a.c_in * a.c_out);
    launch(transpose_kernel<T>, blocks_for(transposed.size()), kThreads, 0, stream, view.weight,
           transposed.data(), transposed.size(), a.c_in, a.c_out);
    view.weight = transposed.data();
  }
  const bool wide = view.write % kColumns == 0 && reinterpret_cast<std::uintptr_t>(view.weight) % 16 == 0;
  launch(wide ? conv_kernel<T, true> : conv_kernel<T, false>,
         dim3(static_cast<unsigned>(tiles), ceil_div(view.write, kTileColumns)), kThreads, 0, stream,
         view);
}

void forward(const ConvForwardArgs& a) {
  if (a.bf16 && takes_bf16(a)) return conv_forward_rounded(a);
  with_float_type(a.dtype, [&](auto type) { forward_typed<decltype(type)>(a); });
}

}  // namespace

ConvKernels conv_kernels() { return {.forward = forward, .weight_grad = conv_weight_grad}; }

}  // namespace lsk3d::cuda
