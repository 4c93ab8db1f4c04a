// SPDX-License-Identifier: MIT
// Depth-wise sparse convolution, one launch over all offsets. Forward: a block owns a tile of output
// rows, keeps their sums in shared memory and walks the offsets. Weight gradient: a block sums a run of
// one offset's pairs; runs of one offset are then added in order. No atomics: each sum has one order.
#include <cstdint>

#include "device/launch.h"
#include "device/memory.h"
#include "families.h"
#include "map_plan.h"

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
  const auto plan = plan_of(a.pairs);
  const auto active = active_on_gpu(a.active, *plan, a.channels);
  DepthwiseView<T> view{};
  view.lists = plan->lists();
  view.offsets = active->offsets();
  view.tile_starts = plan->starts(tiles, kTileRows<T>, a.input_gradient);
  view.offsets_in_all = offsets;
  view.offset_count = active->count();
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

template <typename T>
struct DepthwiseGradView {
  const PairRun* runs;
  const PairList* lists;
  const std::uint8_t* computed;  // [K]
  const T *input, *grad_output;
  T *parts, *grad;  // [parts, C] and [K, C]
  int channels;
};

/// Grid: runs, tiles of 64 channels.
template <typename T>
__global__ void __launch_bounds__(256) depthwise_grad_kernel(DepthwiseGradView<T> view) {
  __shared__ T sums[kLanes][kTileColumns];
  const int column = threadIdx.x % kTileColumns, lane = threadIdx.x / kTileColumns;
  const int channel = static_cast<int>(blockIdx.y) * kTileColumns + column;
  const PairRun run = view.runs[blockIdx.x];
  if (!view.computed[run.k]) return;
  const PairList list = view.lists[run.k];
  T sum = 0;
  if (channel < view.channels)
    for (std::int64_t p = run.begin + lane; p < run.end; p += kLanes)
      sum += view.input[std::int64_t{list.in[p]} * view.channels + channel] *
             view.grad_output[std::int64_t{list.out[p]} * view.channels + channel];
  sums[lane][column] = sum;
  __syncthreads();
  if (lane > 0 || channel >= view.channels) return;
  for (int other = 1; other < kLanes; ++other) sum += sums[other][column];
  T* target = run.part < 0 ? view.grad + std::int64_t{run.k} * view.channels
                           : view.parts + std::int64_t{run.part} * view.channels;
  target[channel] = sum;
}

/// Grid: sums of parts.
template <typename T>
__global__ void depthwise_collect_kernel(DepthwiseGradView<T> view, const PartSum* sums) {
  const PartSum s = sums[blockIdx.x];
  if (!view.computed[s.k]) return;
  for (int c = threadIdx.x; c < view.channels; c += kThreads) {
    T sum = 0;
    for (std::int64_t p = 0; p < s.count; ++p) sum += view.parts[(s.first + p) * view.channels + c];
    view.grad[std::int64_t{s.k} * view.channels + c] = sum;
  }
}

template <typename T>
void weight_grad_typed(const DepthwiseWeightGradArgs& a) {
  const auto plan = plan_of(a.pairs);
  const auto active = active_on_gpu(a.active, *plan, a.channels);
  const PairRuns& runs = plan->runs(kRun);
  T* grad = static_cast<T*>(a.grad_weight);
  set_zero(grad, static_cast<std::size_t>(a.pairs.offsets() * a.channels) * sizeof(T));
  Buffer<T> parts(runs.part_count() * a.channels);
  const DepthwiseGradView<T> view{.runs = runs.runs(),
                                  .lists = plan->lists(),
                                  .computed = active->flags(),
                                  .input = static_cast<const T*>(a.input),
                                  .grad_output = static_cast<const T*>(a.grad_output),
                                  .parts = parts.data(),
                                  .grad = grad,
                                  .channels = a.channels};
  launch(depthwise_grad_kernel<T>,
         dim3(static_cast<unsigned>(runs.count()), ceil_div(a.channels, kTileColumns)), kThreads, 0,
         current_stream(), view);
  launch(depthwise_collect_kernel<T>, dim3(static_cast<unsigned>(runs.sum_count())), kThreads, 0,
         current_stream(), view, runs.sums());
}

void weight_grad(const DepthwiseWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { weight_grad_typed<decltype(type)>(a); });
}

}  // namespace

DepthwiseConvKernels depthwise_conv_kernels() { return {.forward = forward, .weight_grad = weight_grad}; }

}  // namespace lsk3d::cuda
