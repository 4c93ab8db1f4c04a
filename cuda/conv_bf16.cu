// SPDX-License-Identifier: MIT
// Output-stationary, as conv.cu: a block owns 256 output rows and 64 channels and keeps their sums in
// shared memory. Each of its four warps owns 16 channels and walks the pairs of all offsets, eight at a
// time: weights are the left operand and pairs the columns of the right one, so that every lane fetches
// its part of a gathered row straight into registers. Nothing is shared between warps: no barriers.
#include "conv_bf16.h"

#include <device/dynamic_shared.h>
#include <device/ptx.h>

#include "device/launch.h"
#include "lsk3d/core/check.h"
#include "map_plan.h"

namespace lsk3d::cuda {
namespace {

constexpr int kTileRows = 256, kTileColumns = 64, kWarps = 4;
constexpr int kSumStride = kTileColumns + 4;  // rows begin at different banks
constexpr std::size_t kSharedBytes = sizeof(float) * kTileRows * kSumStride;

struct View {
  const PairList* lists;
  const std::int32_t *offsets, *tile_starts;
  std::int64_t offsets_in_all;
  int offset_count;
  const std::uint16_t* input;
  int read_stride, write, row_tiles;
  const uint4* weights;
  float* output;
  std::int64_t output_rows;
  bool input_gradient;
  BlockMask mask;
};

/// Up to eight pairs of one offset; lane (g, q) knows the g-th.
struct Octet {
  std::int32_t k = -1;  // -1: there is none
  std::int32_t from = -1, to = -1;
};

/// Walks the octets of a tile. The lanes of a warp look at 32 offsets at once, and skip those without a
/// pair. All lanes call next() together.
class OctetWalk {
 public:
  __device__ explicit OctetWalk(const View& view) : view_(view) {}

  __device__ Octet next() {
    while (at_ >= end_) {
      while (waiting_ == 0) {
        if (group_ >= view_.offset_count) return {};
        load_group();
      }
      const int lane = __ffs(static_cast<int>(waiting_)) - 1;
      waiting_ &= waiting_ - 1;
      k_ = __shfl_sync(kAll, lane_k_, lane);
      at_ = __shfl_sync(kAll, lane_begin_, lane);
      end_ = __shfl_sync(kAll, lane_end_, lane);
      from_ = shuffled(lane_from_, lane);
      to_ = shuffled(lane_to_, lane);
    }
    const std::int32_t p = at_ + static_cast<std::int32_t>(threadIdx.x % 32) / 4;
    at_ += 8;
    if (p >= end_) return {k_, -1, -1};
    return {k_, from_[p], to_[p]};
  }

 private:
  static constexpr unsigned kAll = 0xffffffffu;

  /// Shuffles are of numbers.
  __device__ static const std::int32_t* shuffled(const std::int32_t* rows, int lane) {
    const auto address = reinterpret_cast<unsigned long long>(rows);
    return reinterpret_cast<const std::int32_t*>(__shfl_sync(kAll, address, lane));
  }

  __device__ void load_group() {
    const int n = group_ + static_cast<int>(threadIdx.x % 32);
    group_ += 32;
    lane_begin_ = lane_end_ = 0;
    if (n < view_.offset_count) {
      lane_k_ = view_.offsets[n];
      const std::int32_t* starts = view_.tile_starts + blockIdx.x * view_.offsets_in_all + lane_k_;
      lane_begin_ = starts[0];
      lane_end_ = starts[view_.offsets_in_all];
      const PairList list = view_.lists[lane_k_];
      lane_from_ = view_.input_gradient ? list.out : list.in;
      lane_to_ = view_.input_gradient ? list.in : list.out;
    }
    waiting_ = __ballot_sync(kAll, lane_begin_ < lane_end_);
  }

  const View& view_;
  int group_ = 0;         // the next 32 of view_.offsets
  unsigned waiting_ = 0;  // lanes whose offset has pairs to come
  std::int32_t lane_k_ = 0, lane_begin_ = 0, lane_end_ = 0;
  const std::int32_t *lane_from_ = nullptr, *lane_to_ = nullptr;
  std::int32_t k_ = -1, at_ = 0, end_ = 0;  // the offset being walked
  const std::int32_t *from_ = nullptr, *to_ = nullptr;
};

/// Both operands of an octet, of kSteps · 16 read channels.
template <int kSteps>
struct Operands {
  std::uint32_t weights[kSteps][4], rows[kSteps][2];

  __device__ void load(const View& view, const Octet& octet, int row_tile, std::int32_t k_before) {
    const int lane = static_cast<int>(threadIdx.x % 32), q = lane % 4;
    if (octet.k != k_before) {  // else the weights are here already
      const uint4* packed =
          view.weights + (std::int64_t{octet.k} * view.row_tiles + row_tile) * kSteps * 32 + lane;
      for (int s = 0; s < kSteps; ++s) {
        const uint4 a = packed[s * 32];
        weights[s][0] = a.x;
        weights[s][1] = a.y;
        weights[s][2] = a.z;
        weights[s][3] = a.w;
      }
    }
    const std::uint16_t* row = view.input + std::int64_t{octet.from} * view.read_stride + q * 4;
    for (int s = 0; s < kSteps; ++s) {
      uint2 b{0, 0};
      if (octet.from >= 0 && s * 16 + q * 4 < view.read_stride)
        b = *reinterpret_cast<const uint2*>(row + s * 16);
      rows[s][0] = b.x;
      rows[s][1] = b.y;
    }
  }
};

/// sums[out row, channels of the warp] += products of an octet.
template <int kSteps>
__device__ void add_octet(const View& view, const Octet& octet, const Operands<kSteps>& operands,
                          int row_tile, std::int64_t first_row, float* sums) {
  float d[4] = {};
  for (int s = 0; s < kSteps; ++s) {
    const int read = s * 16, write = row_tile * 16;
    if (view.input_gradient ? view.mask.has(octet.k, write, read) : view.mask.has(octet.k, read, write))
      multiply_bf16(d, operands.weights[s], operands.rows[s]);
  }
  const int lane = static_cast<int>(threadIdx.x % 32), g = lane / 4, q = lane % 4;
  for (int i = 0; i < 2; ++i) {  // pairs 2q and 2q + 1 of the octet
    const std::int32_t row = __shfl_sync(0xffffffffu, octet.to, (2 * q + i) * 4);
    if (row < 0) continue;
    float* sum = sums + (row - first_row) * kSumStride + g;
    sum[0] += d[i];
    sum[8] += d[2 + i];
  }
  __syncwarp();  // the next offset may add to the same rows from other lanes
}

/// Grid: tiles of 256 rows, tiles of 64 channels. While an octet is multiplied, the operands of the
/// next one are on their way.
template <int kSteps>
__global__ void __launch_bounds__(kWarps * 32) conv_bf16_kernel(View view) {
  float* sums = dynamic_shared<float>();
  for (int i = threadIdx.x; i < kTileRows * kSumStride; i += kWarps * 32) sums[i] = 0;
  __syncthreads();
  const int warp = static_cast<int>(threadIdx.x) / 32, row_tile = static_cast<int>(blockIdx.y) * kWarps + warp;
  const std::int64_t first_row = std::int64_t{blockIdx.x} * kTileRows;
  if (row_tile < view.row_tiles) {
    OctetWalk walk(view);
    Octet octet = walk.next();
    Operands<kSteps> operands;
    if (octet.k >= 0) operands.load(view, octet, row_tile, -1);
    while (octet.k >= 0) {
      const Octet next = walk.next();
      Operands<kSteps> next_operands = operands;
      if (next.k >= 0) next_operands.load(view, next, row_tile, octet.k);
      add_octet(view, octet, operands, row_tile, first_row, sums + warp * 16);
      octet = next;
      operands = next_operands;
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < kTileRows * kTileColumns; i += kWarps * 32) {
    const std::int64_t row = first_row + i / kTileColumns;
    const int c = static_cast<int>(blockIdx.y) * kTileColumns + i % kTileColumns;
    if (row < view.output_rows && c < view.write)
      view.output[row * view.write + c] = sums[i / kTileColumns * kSumStride + i % kTileColumns];
  }
}

}  // namespace

void conv_forward_bf16(const ConvForwardArgs& a, const PackedWeights& weights) {
  check_bf16_gpu();
  const int read = a.input_gradient ? a.c_out : a.c_in, write = a.input_gradient ? a.c_in : a.c_out;
  LSK3D_ASSERT(read <= kMaxBf16Channels, read, " read channels");
  LSK3D_ASSERT(weights.channels() == LaneChannels::quad, "weights packed for conv_halo");
  const std::int64_t offsets = a.pairs.offsets(), tiles = ceil_div(a.output_rows, kTileRows);
  const auto plan = plan_of(a.pairs);
  const auto active = active_on_gpu(a.active, *plan, a.c_in);
  const View view{.lists = plan->lists(),
                  .offsets = active->offsets(),
                  .tile_starts = plan->starts(tiles, kTileRows, a.input_gradient),
                  .offsets_in_all = offsets,
                  .offset_count = active->count(),
                  .input = static_cast<const std::uint16_t*>(a.input),
                  .read_stride = bf16_stride(read),
                  .write = write,
                  .row_tiles = weights.row_tiles(),
                  .weights = weights.data(),
                  .output = static_cast<float*>(a.output),
                  .output_rows = a.output_rows,
                  .input_gradient = a.input_gradient,
                  .mask = active->mask()};
  const dim3 grid(static_cast<unsigned>(tiles), ceil_div(write, kTileColumns));
  const auto run = [&](auto kernel) {
    launch(kernel, grid, kWarps * 32, kSharedBytes, current_stream(), view);
  };
  switch (weights.steps()) {
    case 1: run(conv_bf16_kernel<1>); break;
    case 2: run(conv_bf16_kernel<2>); break;
    case 4: run(conv_bf16_kernel<4>); break;
    default: run(conv_bf16_kernel<8>);
  }
}

}  // namespace lsk3d::cuda
