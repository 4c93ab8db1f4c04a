// SPDX-License-Identifier: MIT
// The weight gradient of a sparse conv, offset-stationary: a block sums a run of one offset's pairs in
// registers; runs of one offset are then added in order.
#include "conv_weight_grad.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "active_weights.h"
#include "device/launch.h"
#include "device/memory.h"
#include "families.h"

namespace lsk3d::cuda {
namespace {

constexpr std::int64_t kRun = 4096;  // pairs of one offset that one block sums
constexpr int kTile = 64, kSlice = 16;

template <typename T>
struct Task {
  std::int64_t begin, end;  // pairs
  T* sum;                   // [C_in, C_out]
  std::int32_t k;
};

/// Parts of one offset's gradient, in order.
template <typename T>
struct Collection {
  const T* parts;
  T* target;
  std::int32_t count;
};

/// Grid: tasks, tiles of C_in, tiles of C_out; 256 threads with 4 × 4 elements each.
template <typename T>
__global__ void __launch_bounds__(256)
    weight_grad_kernel(const Task<T>* tasks, const PairList* lists, const T* input, const T* grad_output,
                       int c_in, int c_out, BlockMask mask) {
  __shared__ T left[kSlice][kTile], right[kSlice][kTile];
  const int x = threadIdx.x % 16, y = threadIdx.x / 16;
  const int first_in = static_cast<int>(blockIdx.y) * kTile, first_out = static_cast<int>(blockIdx.z) * kTile;
  const Task<T> task = tasks[blockIdx.x];
  const PairList list = lists[task.k];
  T sum[4][4] = {};
  for (std::int64_t begin = task.begin; begin < task.end; begin += kSlice) {
    for (int i = threadIdx.x; i < kSlice * kTile; i += kThreads) {
      const std::int64_t p = begin + i / kTile;
      const int ci = first_in + i % kTile, co = first_out + i % kTile;
      const bool valid = p < task.end;
      left[i / kTile][i % kTile] = valid && ci < c_in ? input[std::int64_t{list.in[p]} * c_in + ci] : T{0};
      right[i / kTile][i % kTile] =
          valid && co < c_out ? grad_output[std::int64_t{list.out[p]} * c_out + co] : T{0};
    }
    __syncthreads();
    for (int p = 0; p < kSlice; ++p)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum[i][j] += left[p][y + 16 * i] * right[p][x + 16 * j];
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int ci = first_in + y + 16 * i, co = first_out + x + 16 * j;
      if (ci < c_in && co < c_out)
        task.sum[std::int64_t{ci} * c_out + co] = mask.has(task.k, ci, co) ? sum[i][j] : T{0};
    }
}

/// Grid: elements of a gradient, collections.
template <typename T>
__global__ void collect_kernel(const Collection<T>* collections, std::int64_t size) {
  const Collection<T> c = collections[blockIdx.y];
  for (std::int64_t i = first_item(); i < size; i += item_step()) {
    T sum = 0;
    for (std::int32_t p = 0; p < c.count; ++p) sum += c.parts[p * size + i];
    c.target[i] = sum;
  }
}

template <typename T>
void weight_grad_typed(const ConvWeightGradArgs& a) {
  const std::int64_t size = std::int64_t{a.c_in} * a.c_out;
  const DeviceActiveWeights active(a.active, a.pairs.offsets(), a.c_in);
  T* grad = static_cast<T*>(a.grad_weight);
  set_zero(grad, static_cast<std::size_t>(a.pairs.offsets() * size) * sizeof(T));
  const auto runs = [&](std::int32_t k) { return std::int64_t{ceil_div(a.pairs.count(k), kRun)}; };
  std::int64_t part_count = 0;
  for (const std::int32_t k : active.host_offsets())
    if (runs(k) > 1) part_count += runs(k);
  Buffer<T> parts(part_count * size);
  std::vector<Task<T>> tasks;
  std::vector<Collection<T>> collections;
  T* next = parts.data();
  for (const std::int32_t k : active.host_offsets()) {
    const bool split = runs(k) > 1;
    if (split) collections.push_back({next, grad + k * size, static_cast<std::int32_t>(runs(k))});
    for (std::int64_t r = 0; r < runs(k); ++r) {
      tasks.push_back({r * kRun, std::min((r + 1) * kRun, a.pairs.count(k)), split ? next : grad + k * size, k});
      if (split) next += size;
    }
  }
  // The longest first: the last blocks to run are short ones.
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task<T>& x, const Task<T>& y) {
    return x.end - x.begin > y.end - y.begin;
  });
  const Buffer<Task<T>> device_tasks{std::span<const Task<T>>(tasks)};
  const Buffer<Collection<T>> device_collections{std::span<const Collection<T>>(collections)};
  const Buffer<PairList> lists(a.pairs.lists);
  launch(weight_grad_kernel<T>,
         dim3(static_cast<unsigned>(tasks.size()), ceil_div(a.c_in, kTile), ceil_div(a.c_out, kTile)),
         kThreads, 0, current_stream(), device_tasks.data(), lists.data(),
         static_cast<const T*>(a.input), static_cast<const T*>(a.grad_output), a.c_in, a.c_out,
         active.mask());
  launch(collect_kernel<T>, dim3(ceil_div(size, kThreads), static_cast<unsigned>(collections.size())),
         kThreads, 0, current_stream(), device_collections.data(), size);
}

}  // namespace

void conv_weight_grad(const ConvWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { weight_grad_typed<decltype(type)>(a); });
}

}  // namespace lsk3d::cuda
