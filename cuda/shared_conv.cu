// SPDX-License-Identifier: MIT
// Spatial-wise group convolution. A block owns a tile of output rows; group by group it adds up in shared
// memory what the group's offsets read and multiplies the sums by the group's weight once. No atomics:
// each sum has one order.
#include <cstdint>

#include "device/launch.h"
#include "device/memory.h"
#include "families.h"
#include "map_plan.h"

namespace lsk3d::cuda {
namespace {

constexpr int kColumns = 32, kLanes = kThreads / kColumns;  // lanes: pairs or rows side by side
constexpr int kRows = 64;                                   // output rows of a tile
constexpr int kPerThread = kRows / kLanes;                  // output rows of a thread
constexpr std::int64_t kMostParts = 64;  // sums of a group's gradient that are formed side by side

template <typename T>
struct SharedView {
  const PairList* lists;
  const std::int32_t *offsets, *start, *tile_starts;  // of OffsetGroups; of pairs, see tile_starts()
  std::int64_t offsets_in_all, groups;
  const T *input, *weight;  // input [rows, read]
  std::int64_t output_rows;
  int read, write, c_out;
  bool input_gradient;

  /// Of group `g`: channel `r` that is read, `w` that is written.
  __device__ T weight_at(std::int64_t g, int r, int w) const {
    return input_gradient ? weight[(g * write + w) * c_out + r] : weight[(g * read + r) * c_out + w];
  }
};

/// sums[row][column] = what group `g` reads for the rows of `tile`, channels from `first` on. For the
/// whole block, which meets before and after.
template <typename T>
__device__ void form_sums(const SharedView<T>& view, std::int64_t tile, std::int64_t g, int first,
                          T (&sums)[kRows][kColumns]) {
  const int column = threadIdx.x % kColumns, lane = threadIdx.x / kColumns;
  __syncthreads();
  for (int row = lane; row < kRows; row += kLanes) sums[row][column] = 0;
  __syncthreads();
  for (std::int32_t n = view.start[g]; n < view.start[g + 1]; ++n) {
    const std::int64_t k = view.offsets[n];
    const std::int32_t* starts = view.tile_starts + tile * view.offsets_in_all + k;
    const std::int32_t begin = starts[0], end = starts[view.offsets_in_all];
    if (begin == end) continue;  // the same for the whole block
    const PairList list = view.lists[k];
    const std::int32_t* from = view.input_gradient ? list.out : list.in;
    const std::int32_t* to = view.input_gradient ? list.in : list.out;
    if (first + column < view.read)
      for (std::int32_t p = begin + lane; p < end; p += kLanes)  // rows of one offset are distinct
        sums[to[p] - tile * kRows][column] +=
            view.input[std::int64_t{from[p]} * view.read + first + column];
    __syncthreads();
  }
}

/// Grid: tiles of rows, tiles of 32 written channels.
template <typename T>
__global__ void __launch_bounds__(256) shared_kernel(SharedView<T> view, T* output) {
  __shared__ T sums[kRows][kColumns];
  __shared__ T weights[kColumns][kColumns];
  const int column = threadIdx.x % kColumns, lane = threadIdx.x / kColumns;
  const int w = static_cast<int>(blockIdx.y) * kColumns + column;
  T total[kPerThread] = {};
  for (std::int64_t g = 0; g < view.groups; ++g)
    for (int first = 0; first < view.read; first += kColumns) {
      form_sums(view, blockIdx.x, g, first, sums);
      for (int r = lane; r < kColumns; r += kLanes)
        weights[r][column] =
            first + r < view.read && w < view.write ? view.weight_at(g, first + r, w) : T{0};
      __syncthreads();
      for (int r = 0; r < kColumns; ++r)
        for (int i = 0; i < kPerThread; ++i)
          total[i] += sums[lane + i * kLanes][r] * weights[r][column];
    }
  for (int i = 0; i < kPerThread; ++i) {
    const std::int64_t row = std::int64_t{blockIdx.x} * kRows + lane + i * kLanes;
    if (row < view.output_rows && w < view.write) output[row * view.write + w] = total[i];
  }
}

/// Grid: groups times parts, tiles of 32 read channels, tiles of 32 channels of the gradient; a thread has
/// every 8th read channel of its column. parts [part_count, groups, C_in, C_out].
template <typename T>
__global__ void __launch_bounds__(256)
    shared_grad_kernel(SharedView<T> view, const T* grad_output, std::int64_t tiles, std::int64_t run,
                       T* parts) {
  __shared__ T sums[kRows][kColumns];
  __shared__ T grads[kRows][kColumns];
  constexpr int kReads = kColumns / kLanes;
  const int column = threadIdx.x % kColumns, lane = threadIdx.x / kColumns;
  const std::int64_t g = blockIdx.x % view.groups, part = blockIdx.x / view.groups;
  const int first = static_cast<int>(blockIdx.y) * kColumns;
  const int c = static_cast<int>(blockIdx.z) * kColumns + column;
  T total[kReads] = {};
  for (std::int64_t tile = part * run; tile < (part + 1) * run && tile < tiles; ++tile) {
    form_sums(view, tile, g, first, sums);
    for (int row = lane; row < kRows; row += kLanes) {
      const std::int64_t r = tile * kRows + row;
      grads[row][column] = r < view.output_rows && c < view.c_out ? grad_output[r * view.c_out + c] : T{0};
    }
    __syncthreads();
    for (int row = 0; row < kRows; ++row)
      for (int i = 0; i < kReads; ++i) total[i] += sums[row][lane + i * kLanes] * grads[row][column];
  }
  for (int i = 0; i < kReads; ++i) {
    const int r = first + lane + i * kLanes;
    if (r < view.read && c < view.c_out)
      parts[((part * view.groups + g) * view.read + r) * view.c_out + c] = total[i];
  }
}

template <typename T>
__global__ void shared_collect_kernel(const T* parts, std::int64_t count, std::int64_t size, T* grad) {
  for (std::int64_t i = first_item(); i < size; i += item_step()) {
    T sum = 0;
    for (std::int64_t p = 0; p < count; ++p) sum += parts[p * size + i];
    grad[i] = sum;
  }
}

/// OffsetGroups on the GPU, kept with them.
struct DeviceGroups {
  Buffer<std::int32_t> offsets, start;

  static std::shared_ptr<DeviceGroups> of(const OffsetGroups& groups) {
    const auto make = [&] {
      return std::make_shared<DeviceGroups>(DeviceGroups{Buffer<std::int32_t>(groups.offsets),
                                                         Buffer<std::int32_t>(groups.start)});
    };
    int device = 0;
    check(cudaGetDevice(&device), "asking for the current GPU");
    return groups.memo ? groups.memo->get<DeviceGroups>(device, make) : make();
  }
};

/// Pair lists and groups on the GPU, and a view of them.
template <typename T>
struct Placed {
  Placed(const PairLists& pairs, const OffsetGroups& host_groups, std::int64_t rows,
         bool input_gradient)
      : plan(plan_of(pairs)), groups(DeviceGroups::of(host_groups)) {
    view.lists = plan->lists();
    view.offsets = groups->offsets.data();
    view.start = groups->start.data();
    view.tile_starts = plan->starts(ceil_div(rows, kRows), kRows, input_gradient);
    view.offsets_in_all = pairs.offsets();
    view.groups = host_groups.count();
    view.output_rows = rows;
    view.input_gradient = input_gradient;
  }
  std::shared_ptr<MapPlan> plan;
  std::shared_ptr<DeviceGroups> groups;
  SharedView<T> view{};
};

template <typename T>
void forward_typed(const SharedConvForwardArgs& a) {
  Placed<T> placed(a.pairs, a.groups, a.output_rows, a.input_gradient);
  placed.view.input = static_cast<const T*>(a.input);
  placed.view.weight = static_cast<const T*>(a.weight);
  placed.view.read = a.input_gradient ? a.c_out : a.c_in;
  placed.view.write = a.input_gradient ? a.c_in : a.c_out;
  placed.view.c_out = a.c_out;
  launch(shared_kernel<T>, dim3(ceil_div(a.output_rows, kRows), ceil_div(placed.view.write, kColumns)),
         kThreads, 0, current_stream(), placed.view, static_cast<T*>(a.output));
}

template <typename T>
void weight_grad_typed(const SharedConvWeightGradArgs& a) {
  Placed<T> placed(a.pairs, a.groups, a.rows_out, false);
  placed.view.input = static_cast<const T*>(a.input);
  placed.view.read = a.c_in;
  placed.view.c_out = a.c_out;
  const std::int64_t tiles = ceil_div(a.rows_out, kRows), run = (tiles + kMostParts - 1) / kMostParts;
  const std::int64_t count = tiles == 0 ? 0 : (tiles + run - 1) / run;
  const std::int64_t size = a.groups.count() * a.c_in * a.c_out;
  Buffer<T> parts(count * size);
  launch(shared_grad_kernel<T>,
         dim3(static_cast<unsigned>(count * a.groups.count()), ceil_div(a.c_in, kColumns),
              ceil_div(a.c_out, kColumns)),
         kThreads, 0, current_stream(), placed.view, static_cast<const T*>(a.grad_output), tiles, run,
         parts.data());
  launch(shared_collect_kernel<T>, blocks_for(size), kThreads, 0, current_stream(), parts.data(), count,
         size, static_cast<T*>(a.grad_weight));
}

void forward(const SharedConvForwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) { forward_typed<decltype(type)>(a); });
}

void weight_grad(const SharedConvWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { weight_grad_typed<decltype(type)>(a); });
}

}  // namespace

SharedConvKernels shared_conv_kernels() { return {.forward = forward, .weight_grad = weight_grad}; }

}  // namespace lsk3d::cuda
