// SPDX-License-Identifier: MIT
// Depth-wise sparse convolution, one launch over all offsets. Forward: a block owns a tile of output
// rows, keeps their sums in shared memory and walks the offsets. Weight gradient: a block sums a run of
// one offset's pairs; runs of one offset are then added in order. No atomics: each sum has one order.
#include <cstdint>
#include <vector>

#include "active_weights.h"
#include "device/launch.h"
#include "device/memory.h"
#include "families.h"
#include "pair_lists.h"

namespace lsk3d::cuda {
namespace {

constexpr int kTileColumns = 64, kLanes = kThreads / kTileColumns;  // lanes: pairs side by side
constexpr std::int64_t kRun = 4096;                                 // pairs that one block sums

/// Output rows of a block: 32 KiB of sums.
template <typename T>
constexpr int kTileRows = (32 << 10) / (kTileColumns * static_cast<int>(sizeof(T)));

template <typename T>
struct DepthwiseView {
  const PairList* lists;
  const std::int32_t *offsets, *tile_starts;
  std::int64_t offsets_in_all;
  int offset_count;  // of those with weights
  const T *input, *weight;
  T* output;
  std::int64_t output_rows;
  int channels;
  bool input_gradient;
};

/// Grid: tiles of rows, tiles of 64 channels; 256 threads: 4 pairs by 64 channels.
template <typename T>
__global__ void __launch_bounds__(256) depthwise_kernel(DepthwiseView<T> view) {
  __shared__ T sums[kTileRows<T>][kTileColumns];
  const int column = threadIdx.x % kTileColumns, lane = threadIdx.x / kTileColumns;
  const int channel = static_cast<int>(blockIdx.y) * kTileColumns + column;
  const std::int64_t first_row = std::int64_t{blockIdx.x} * kTileRows<T>;
  for (int row = lane; row < kTileRows<T>; row += kLanes) sums[row][column] = 0;
  __syncthreads();
  for (int n = 0; n < view.offset_count; ++n) {
    const std::int64_t k = view.offsets[n];
    const std::int32_t* starts = view.tile_starts + blockIdx.x * view.offsets_in_all + k;
    const std::int32_t begin = starts[0], end = starts[view.offsets_in_all];
    if (begin == end) continue;  // the same for the whole block
    const PairList list = view.lists[k];
    const std::int32_t* from = view.input_gradient ? list.out : list.in;
    const std::int32_t* to = view.input_gradient ? list.in : list.out;
    if (channel < view.channels) {
      const T weight = view.weight[k * view.channels + channel];
      for (std::int32_t p = begin + lane; p < end; p += kLanes)  // rows of one offset are distinct
        sums[to[p] - first_row][column] +=
            view.input[std::int64_t{from[p]} * view.channels + channel] * weight;
    }
    __syncthreads();
  }
  for (int row = lane; row < kTileRows<T>; row += kLanes)
    if (first_row + row < view.output_rows && channel < view.channels)
      view.output[(first_row + row) * view.channels + channel] = sums[row][column];
}

template <typename T>
void forward_typed(const DepthwiseForwardArgs& a) {
  const std::int64_t offsets = a.pairs.offsets(), tiles = ceil_div(a.output_rows, kTileRows<T>);
  const DeviceActiveWeights active(a.active, offsets, a.channels);
  const Buffer<PairList> lists(a.pairs.lists);
  const Buffer<std::int32_t> starts =
      tile_starts(lists.data(), offsets, tiles, kTileRows<T>, a.input_gradient);
  DepthwiseView<T> view{};
  view.lists = lists.data();
  view.offsets = active.offsets();
  view.tile_starts = starts.data();
  view.offsets_in_all = offsets;
  view.offset_count = active.count();
  view.input = static_cast<const T*>(a.input);
  view.weight = static_cast<const T*>(a.weight);
  view.output = static_cast<T*>(a.output);
  view.output_rows = a.output_rows;
  view.channels = a.channels;
  view.input_gradient = a.input_gradient;
  launch(depthwise_kernel<T>, dim3(static_cast<unsigned>(tiles), ceil_div(a.channels, kTileColumns)),
         kThreads, 0, current_stream(), view);
}

void forward(const DepthwiseForwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) { forward_typed<decltype(type)>(a); });
}

struct Task {
  std::int64_t begin, end;  // pairs
  std::int32_t k;
};

/// Grid: tasks, tiles of 64 channels; parts [tasks, C].
template <typename T>
__global__ void __launch_bounds__(256)
    depthwise_grad_kernel(const Task* tasks, const PairList* lists, const T* input, const T* grad_output,
                          int channels, T* parts) {
  __shared__ T sums[kLanes][kTileColumns];
  const int column = threadIdx.x % kTileColumns, lane = threadIdx.x / kTileColumns;
  const int channel = static_cast<int>(blockIdx.y) * kTileColumns + column;
  const Task task = tasks[blockIdx.x];
  const PairList list = lists[task.k];
  T sum = 0;
  if (channel < channels)
    for (std::int64_t p = task.begin + lane; p < task.end; p += kLanes)
      sum += input[std::int64_t{list.in[p]} * channels + channel] *
             grad_output[std::int64_t{list.out[p]} * channels + channel];
  sums[lane][column] = sum;
  __syncthreads();
  if (lane > 0 || channel >= channels) return;
  for (int other = 1; other < kLanes; ++other) sum += sums[other][column];
  parts[std::int64_t{blockIdx.x} * channels + channel] = sum;
}

/// grad [K, C] = Σ of the parts first[k] to first[k + 1].
template <typename T>
__global__ void depthwise_collect_kernel(const T* parts, const std::int64_t* first, std::int64_t offsets,
                                         int channels, T* grad) {
  for (std::int64_t i = first_item(); i < offsets * channels; i += item_step()) {
    const std::int64_t k = i / channels;
    T sum = 0;
    for (std::int64_t p = first[k]; p < first[k + 1]; ++p) sum += parts[p * channels + i % channels];
    grad[i] = sum;
  }
}

template <typename T>
void weight_grad_typed(const DepthwiseWeightGradArgs& a) {
  const std::int64_t offsets = a.pairs.offsets();
  const DeviceActiveWeights active(a.active, offsets, a.channels);
  std::vector<Task> tasks;
  std::vector<std::int64_t> first{0};
  auto next = active.host_offsets().begin();
  for (std::int32_t k = 0; k < offsets; ++k) {
    if (next != active.host_offsets().end() && *next == k) {
      ++next;
      for (std::int64_t begin = 0; begin < a.pairs.count(k); begin += kRun)
        tasks.push_back({begin, begin + kRun < a.pairs.count(k) ? begin + kRun : a.pairs.count(k), k});
    }
    first.push_back(static_cast<std::int64_t>(tasks.size()));
  }
  const auto task_count = static_cast<std::int64_t>(tasks.size());
  const Buffer<Task> device_tasks{std::span<const Task>(tasks)};
  const Buffer<std::int64_t> device_first{std::span<const std::int64_t>(first)};
  const Buffer<PairList> lists(a.pairs.lists);
  Buffer<T> parts(task_count * a.channels);
  launch(depthwise_grad_kernel<T>,
         dim3(static_cast<unsigned>(task_count), ceil_div(a.channels, kTileColumns)), kThreads, 0,
         current_stream(), device_tasks.data(), lists.data(), static_cast<const T*>(a.input),
         static_cast<const T*>(a.grad_output), a.channels, parts.data());
  launch(depthwise_collect_kernel<T>, blocks_for(offsets * a.channels), kThreads, 0, current_stream(),
         parts.data(), device_first.data(), offsets, a.channels, static_cast<T*>(a.grad_weight));
}

void weight_grad(const DepthwiseWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { weight_grad_typed<decltype(type)>(a); });
}

}  // namespace

DepthwiseConvKernels depthwise_conv_kernels() { return {.forward = forward, .weight_grad = weight_grad}; }

}  // namespace lsk3d::cuda
