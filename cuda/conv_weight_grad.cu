// SPDX-License-Identifier: MIT
// The weight gradient of a sparse conv, offset-stationary: a block sums a run of one offset's pairs in
// registers; runs of one offset are then added in order.
#include "conv_weight_grad.h"

#include <cstdint>

#include "device/launch.h"
#include "device/memory.h"
#include "families.h"
#include "map_plan.h"

namespace lsk3d::cuda {
namespace {

constexpr std::int64_t kRun = 4096;  // pairs of one offset that one block sums
constexpr int kTile = 64, kSlice = 16;

template <typename T>
struct GradView {
  const PairRun* runs;
  const PairList* lists;
  const std::uint8_t* computed;  // [K]
  BlockMask mask;
  const T *input, *grad_output;
  T *parts, *grad;  // [parts, C_in, C_out] and [K, C_in, C_out]
  int c_in, c_out;
};

/// Grid: runs, tiles of C_in, tiles of C_out; 256 threads with 4 × 4 elements each.
template <typename T>
__global__ void __launch_bounds__(256) weight_grad_kernel(GradView<T> view) {
  __shared__ T left[kSlice][kTile], right[kSlice][kTile];
  const int x = threadIdx.x % 16, y = threadIdx.x / 16;
  const int first_in = static_cast<int>(blockIdx.y) * kTile, first_out = static_cast<int>(blockIdx.z) * kTile;
  const int c_in = view.c_in, c_out = view.c_out;
  const PairRun run = view.runs[blockIdx.x];
  if (!view.computed[run.k]) return;
  const PairList list = view.lists[run.k];
  T sum[4][4] = {};
  for (std::int64_t begin = run.begin; begin < run.end; begin += kSlice) {
    for (int i = threadIdx.x; i < kSlice * kTile; i += kThreads) {
      const std::int64_t p = begin + i / kTile;
      const int ci = first_in + i % kTile, co = first_out + i % kTile;
      const bool valid = p < run.end;
      left[i / kTile][i % kTile] = valid && ci < c_in ? view.input[std::int64_t{list.in[p]} * c_in + ci] : T{0};
      right[i / kTile][i % kTile] =
          valid && co < c_out ? view.grad_output[std::int64_t{list.out[p]} * c_out + co] : T{0};
    }
    __syncthreads();
    for (int p = 0; p < kSlice; ++p)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum[i][j] += left[p][y + 16 * i] * right[p][x + 16 * j];
    __syncthreads();
  }
  const std::int64_t size = std::int64_t{c_in} * c_out;
  T* target = run.part < 0 ? view.grad + run.k * size : view.parts + run.part * size;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int ci = first_in + y + 16 * i, co = first_out + x + 16 * j;
      if (ci < c_in && co < c_out)
        target[std::int64_t{ci} * c_out + co] = view.mask.has(run.k, ci, co) ? sum[i][j] : T{0};
    }
}

/// Grid: elements of a gradient, sums of parts.
template <typename T>
__global__ void collect_kernel(GradView<T> view, const PartSum* sums, std::int64_t size) {
  const PartSum s = sums[blockIdx.y];
  if (!view.computed[s.k]) return;
  for (std::int64_t i = first_item(); i < size; i += item_step()) {
    T sum = 0;
    for (std::int32_t p = 0; p < s.count; ++p) sum += view.parts[(s.first + p) * size + i];
    view.grad[s.k * size + i] = sum;
  }
}

template <typename T>
void weight_grad_typed(const ConvWeightGradArgs& a) {
  const std::int64_t size = std::int64_t{a.c_in} * a.c_out;
  const auto plan = plan_of(a.pairs);
  const auto active = active_on_gpu(a.active, *plan, a.c_in);
  const PairRuns& runs = plan->runs(kRun);
  T* grad = static_cast<T*>(a.grad_weight);
  set_zero(grad, static_cast<std::size_t>(a.pairs.offsets() * size) * sizeof(T));
  Buffer<T> parts(runs.part_count() * size);
  const GradView<T> view{.runs = runs.runs(),
                         .lists = plan->lists(),
                         .computed = active->flags(),
                         .mask = active->mask(),
                         .input = static_cast<const T*>(a.input),
                         .grad_output = static_cast<const T*>(a.grad_output),
                         .parts = parts.data(),
                         .grad = grad,
                         .c_in = a.c_in,
                         .c_out = a.c_out};
  launch(weight_grad_kernel<T>,
         dim3(static_cast<unsigned>(runs.count()), ceil_div(a.c_in, kTile), ceil_div(a.c_out, kTile)),
         kThreads, 0, current_stream(), view);
  launch(collect_kernel<T>, dim3(ceil_div(size, kThreads), static_cast<unsigned>(runs.sum_count())),
         kThreads, 0, current_stream(), view, runs.sums(), size);
}

}  // namespace

void conv_weight_grad(const ConvWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { weight_grad_typed<decltype(type)>(a); });
}

}  // namespace lsk3d::cuda
