// SPDX-License-Identifier: MIT
// A block owns the 256 rows of a tile and 64 channels that are written, and keeps their sums in
// shared memory, beside the rows that the tile reads (the halo) and two stages of weights and
// pairs: one being multiplied, one on its way. Eight warps, each with 16 channels of one half of
// the rows: no two add to the same sum. Weights are the left operand and pairs the columns of the
// right one: load_matrices(), which takes a row's address from each lane, gathers.
#include "conv_halo.h"

#include <device/async_copy.h>
#include <device/dynamic_shared.h>
#include <device/ptx.h>

#include <algorithm>

#include "device/launch.h"
#include "device/reduce.h"
#include "device/unroll.h"
#include "lsk3d/core/check.h"
#include "offset_walk.h"

namespace lsk3d::cuda {
namespace {

constexpr int kWarps = 8, kBlock = kWarps * 32;
constexpr int kStageOffsets = 2;
constexpr int kMaxSteps = 4;        // of 16 read channels at a time; more channels come in slabs
constexpr int kWantedBlocks = 256;  // below this, offsets are shared among blocks
constexpr int kMaxShares = 8;

/// How eight warps share a tile: more rows to a block leave it fewer channels.
template <int kTileParts>
struct Sharing {
  static constexpr int kParts = kTileParts, kRows = kParts * kPartRows;
  static constexpr int kRowTiles = kWarps / kParts, kColumns = kRowTiles * 16;  // of a block
  static constexpr int kSumStride = kColumns + 8;  // four rows of a lane's column: 32 banks
  static constexpr std::size_t kSumBytes = sizeof(float) * kRows * kSumStride;
};
using LargeTiles = Sharing<4>;
using SmallTiles = Sharing<2>;

/// In shared memory.
template <typename S, int kSteps>
struct Stage {
  uint4 weights[kStageOffsets][S::kRowTiles][kSteps][32];
  TilePair pairs[kStageOffsets][S::kRows];
};

/// 16 bytes more than the channels take, so that neighbouring rows begin at different banks.
constexpr int row_bytes(int steps) { return steps * 32 + 16; }

template <typename S, int kSteps>
constexpr std::size_t kFixedBytes = S::kSumBytes + 2 * sizeof(Stage<S, kSteps>);

struct View {
  TilePlanView plan;
  OffsetOrder order;
  const std::uint16_t* input;
  int read_stride, write;
  const uint4* weights;
  int row_tiles, steps;
  float* output;  // [shares, output_rows, write]
  bool input_gradient;
  BlockMask mask;

  /// Whether 16 × 16 weights are there and not all zero; `step` and `row_tile` in units of 16.
  __device__ bool has(std::int32_t k, int step, int row_tile) const {
    const int read = step * 16, written = row_tile * 16;
    if (read >= read_stride || written >= write) return false;
    return input_gradient ? mask.has(k, written, read) : mask.has(k, read, written);
  }
};

template <int kParts>
struct Offsets {
  TileOffset<kParts> of[kStageOffsets];
  __device__ bool any() const { return of[0].k >= 0; }
};

template <int kParts>
__device__ Offsets<kParts> next_offsets(OffsetWalk<kParts>& walk) {
  Offsets<kParts> next;
  for (int i = 0; i < kStageOffsets; ++i) next.of[i] = walk.next();  // none after the first of none
  return next;
}

/// The last pairs of a warp that were multiplied, not added yet: so the tensor cores work on
/// while sums are read and written.
struct Products {
  float d[4];
  int rows[2] = {-1, -1};  // of the part; d[i] and d[2 + i] are of rows[i]

  template <int kSumStride>
  __device__ void add_to(float* sums) const {
    for (int i = 0; i < 2; ++i)
      if (rows[i] >= 0) {
        float* sum = sums + rows[i] * kSumStride;
        sum[0] += d[i];
        sum[8] += d[2 + i];
      }
    __syncwarp();  // other lanes may add to the same rows next
  }
};

template <typename S, int kSteps>
class Tile {
  static constexpr int kParts = S::kParts, kRowTiles = S::kRowTiles, kColumns = S::kColumns;
  static constexpr int kRows = S::kRows, kSumStride = S::kSumStride;
  using Walk = OffsetWalk<kParts>;

 public:
  __device__ explicit Tile(const View& view)
      : view_(view),
        sums_(dynamic_shared<float>()),
        stages_(reinterpret_cast<Stage<S, kSteps>*>(sums_ + kRows * kSumStride)),
        halo_(reinterpret_cast<unsigned char*>(stages_ + 2)),
        lane_(static_cast<int>(threadIdx.x) % 32),
        row_tile_(static_cast<int>(threadIdx.x) / 32 % kRowTiles),
        part_(static_cast<int>(threadIdx.x) / 32 / kRowTiles),
        first_octet_(view.plan.first_octet[blockIdx.x]) {
    for (int i = threadIdx.x; i < kRows * kSumStride; i += kBlock) sums_[i] = 0;
  }

  __device__ void run() {
    const int shares = static_cast<int>(gridDim.z), share = static_cast<int>(blockIdx.z);
    Walk walk(view_.order, view_.plan, view_.order.count * share / shares,
              view_.order.count * (share + 1) / shares);
    for (int p = view_.plan.first_pass[blockIdx.x]; p < view_.plan.first_pass[blockIdx.x + 1];
         ++p) {
      const TilePass pass = view_.plan.passes[p];
      walk.enter_pass(pass.end_offset);
      const Walk begin = walk;
      for (int first_step = 0; first_step < view_.steps; first_step += kSteps) {
        walk = begin;
        multiply_pass(pass, first_step, walk);
      }
    }
    products_.template add_to<kSumStride>(own_sums());
    __syncthreads();
    write();
  }

 private:
  __device__ float* own_sums() const {
    return sums_ + part_ * kPartRows * kSumStride + row_tile_ * 16 + lane_ / 4;
  }

  __device__ void multiply_pass(const TilePass& pass, int first_step, Walk& walk) {
    Offsets<kParts> next = next_offsets(walk);
    if (!next.any()) return;  // the same for the whole block
    __syncthreads();          // the last pass is done with halo and stages
    fetch_halo(pass, first_step);
    fetch_stage(next, first_step, 0);
    for (int stage = 0; next.any(); stage = 1 - stage) {
      const Offsets<kParts> now = next;
      wait_for_copies<0>();
      __syncthreads();  // this stage is here, and everyone is done with the other one
      next = next_offsets(walk);
      if (next.any()) fetch_stage(next, first_step, 1 - stage);
      unrolled<kStageOffsets>([&](auto i) {
        if (now.of[i].k >= 0) multiply_offset(now.of[i], i, stages_[stage], first_step);
      });
    }
  }

  __device__ void fetch_halo(const TilePass& pass, int first_step) const {
    constexpr int kPieces = kSteps * 2;  // of 16 bytes, 8 channels
    for (int i = threadIdx.x; i < pass.rows * kPieces; i += kBlock) {
      const int channel = first_step * 16 + i % kPieces * 8;
      const std::int64_t row = view_.plan.halo_rows[pass.first_row + i / kPieces];
      const bool there = channel < view_.read_stride;
      copy_16_async(halo_ + i / kPieces * row_bytes(kSteps) + i % kPieces * 16,
                    view_.input + row * view_.read_stride + (there ? channel : 0), there);
    }
  }

  __device__ void fetch_stage(const Offsets<kParts>& offsets, int first_step, int stage) const {
    unrolled<kStageOffsets>([&](auto i) {
      const TileOffset<kParts>& offset = offsets.of[i];
      if (offset.k < 0) return;
      const uint4* weights =
          view_.weights + std::int64_t{offset.k} * view_.row_tiles * view_.steps * 32;
      for (int w = threadIdx.x; w < kRowTiles * kSteps * 32; w += kBlock) {
        const int lane = w % 32, step = w / 32 % kSteps, of_block = w / 32 / kSteps;
        const int row_tile = static_cast<int>(blockIdx.y) * kRowTiles + of_block;
        if (view_.has(offset.k, first_step + step, row_tile))
          copy_16_async(&stages_[stage].weights[i][of_block][step][lane],
                        weights + (row_tile * view_.steps + first_step + step) * 32 + lane, true);
      }
      constexpr int kPerCopy = 16 / sizeof(TilePair);
      const TilePair* pairs = view_.plan.pairs + (first_octet_ + offset.starts[0]) * kOctet;
      for (int c = threadIdx.x; c < offset.octets() * kOctet / kPerCopy; c += kBlock)
        copy_16_async(stages_[stage].pairs[i] + c * kPerCopy, pairs + c * kPerCopy, true);
    });
    commit_copies();
  }

  /// The pairs of the warp's half of the rows, times its 16 channels.
  __device__ void multiply_offset(const TileOffset<kParts>& offset, int of_stage,
                                  const Stage<S, kSteps>& stage, int first_step) {
    const int row_tile = static_cast<int>(blockIdx.y) * kRowTiles + row_tile_;
    int first = 0, last = 0;  // a search, because registers have no index
    for (int i = 0; i < kParts; ++i)
      if (i == part_) {
        first = offset.starts[i] - offset.starts[0];
        last = offset.starts[i + 1] - offset.starts[0];
      }
    if (first == last || row_tile >= view_.row_tiles) return;
    bool has[kSteps];
    std::uint32_t weights[kSteps][4] = {};
    for (int s = 0; s < kSteps; ++s) {
      has[s] = view_.has(offset.k, first_step + s, row_tile);
      if (!has[s]) continue;
      const uint4 a = stage.weights[of_stage][row_tile_][s][lane_];
      weights[s][0] = a.x;
      weights[s][1] = a.y;
      weights[s][2] = a.z;
      weights[s][3] = a.w;
    }
    for (int octet = first; octet < last; ++octet) {
      const TilePair pair = stage.pairs[of_stage][octet * kOctet + lane_ % kOctet];
      const unsigned char* row = halo_ + pair.in() * row_bytes(kSteps) + lane_ / kOctet * 16;
      float even[4] = {}, odd[4] = {};  // two sums that do not wait for each other
      for (int s = 0; s < kSteps; s += 2) {
        if (!has[s] && !has[s + 1]) continue;  // the same for the whole warp
        std::uint32_t b[4];
        load_matrices(b, row + s * 32);
        if (has[s]) multiply_bf16(even, weights[s], {b[0], b[1]});
        if (has[s + 1]) multiply_bf16(odd, weights[s + 1], {b[2], b[3]});
      }
      products_.template add_to<kSumStride>(own_sums());
      for (int i = 0; i < 4; ++i) products_.d[i] = even[i] + odd[i];
      for (int i = 0; i < 2; ++i)
        products_.rows[i] = __shfl_sync(kAllLanes, pair.out(), 2 * (lane_ % 4) + i);
    }
  }

  __device__ void write() const {
    float* output = view_.output + blockIdx.z * view_.plan.output_rows * view_.write;
    for (int i = threadIdx.x; i < kRows * kColumns; i += kBlock) {
      const std::int64_t at = std::int64_t{blockIdx.x} * kRows + i / kColumns;
      const int c = static_cast<int>(blockIdx.y) * kColumns + i % kColumns;
      if (at < view_.plan.output_rows && c < view_.write)
        output[std::int64_t{view_.plan.order[at]} * view_.write + c] =
            sums_[i / kColumns * kSumStride + i % kColumns];
    }
  }

  const View& view_;
  float* sums_;
  Stage<S, kSteps>* stages_;
  unsigned char* halo_;
  int lane_, row_tile_, part_;
  std::int64_t first_octet_;
  Products products_;
};

/// Grid: tiles, groups of channels, shares of the offsets.
template <typename S, int kSteps>
__global__ void __launch_bounds__(kBlock, 1) conv_halo_kernel(const View view) {
  Tile<S, kSteps>(view).run();
}

int shared_memory() {
  int device = 0, bytes = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
        "asking the GPU");
  return bytes;
}

/// Rows that fit beside everything else.
template <typename S>
TileShape shape_in(int bytes) {
  const int rows = (bytes - static_cast<int>(kFixedBytes<S, kMaxSteps>)) / row_bytes(kMaxSteps);
  return {S::kParts, std::min(rows, 0xffff)};
}

template <typename S>
void run(const View& view, const TilePlan& plan, unsigned shares) {
  const dim3 grid(static_cast<unsigned>(plan.tiles()), ceil_div(view.write, S::kColumns), shares);
  const auto start = [&](auto kernel, std::size_t fixed, int steps) {
    launch(kernel, grid, kBlock,
           fixed + static_cast<std::size_t>(plan.shape().capacity) * row_bytes(steps),
           current_stream(), view);
  };
  if (view.steps <= 2) start(conv_halo_kernel<S, 2>, kFixedBytes<S, 2>, 2);
  else start(conv_halo_kernel<S, kMaxSteps>, kFixedBytes<S, kMaxSteps>, kMaxSteps);
}

}  // namespace

bool has_halo_tiles() {
  int device = 0, major = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
        "asking the GPU");
  const TileShape small = shape_in<SmallTiles>(shared_memory());
  return major >= 8 && small.capacity >= small.rows();
}

TileShape halo_tiles() {
  check_bf16_gpu();
  const int bytes = shared_memory();
  const TileShape large = shape_in<LargeTiles>(bytes), small = shape_in<SmallTiles>(bytes);
  if (large.capacity >= large.rows()) return large;
  LSK3D_CHECK(small.capacity >= small.rows(), DeviceError, "GPU: expected ",
              (kFixedBytes<SmallTiles, kMaxSteps> + SmallTiles::kRows * row_bytes(kMaxSteps)) >> 10,
              " KiB of shared memory for a block, for tiles of ", small.rows(), " rows, found ",
              bytes >> 10, "; use conv_forward_bf16()");
  return small;
}

void conv_forward_halo(const ConvForwardArgs& a, const TilePlan& plan,
                       const PackedWeights& weights) {
  conv_forward_halo(a, plan, weights, DeviceActiveWeights(a.active, plan.view().offsets, a.c_in));
}

void conv_forward_halo(const ConvForwardArgs& a, const TilePlan& plan, const PackedWeights& weights,
                       const DeviceActiveWeights& active) {
  check_bf16_gpu();
  LSK3D_ASSERT(weights.channels() == LaneChannels::pairs, "weights packed for conv_bf16");
  const TilePlanView tiles = plan.view();
  LSK3D_ASSERT(a.output_rows == tiles.output_rows, "a plan of ", tiles.output_rows, " rows for ",
               a.output_rows);
  const int write = a.input_gradient ? a.c_in : a.c_out;
  const bool large = plan.shape().parts == LargeTiles::kParts;
  LSK3D_ASSERT(large || plan.shape().parts == SmallTiles::kParts, plan.shape().parts, " parts");
  const unsigned columns = ceil_div(write, large ? LargeTiles::kColumns : SmallTiles::kColumns);
  const unsigned blocks = static_cast<unsigned>(plan.tiles()) * columns;
  // By the plan alone, so that every GPU that takes it adds in the same order.
  const unsigned shares =
      blocks == 0 ? 1
                  : std::clamp<unsigned>(std::min(kWantedBlocks / blocks, active.count() / 8u), 1,
                                         kMaxShares);
  Buffer<float> sums;
  if (shares > 1) sums = Buffer<float>(shares * a.output_rows * write);
  const bool mirrored = plan.input_gradient() != a.input_gradient;
  const View view{.plan = tiles,
                  .order = {active.offsets(), active.count(),
                            mirrored ? static_cast<std::int32_t>(tiles.offsets) - 1 : -1},
                  .input = static_cast<const std::uint16_t*>(a.input),
                  .read_stride = bf16_stride(a.input_gradient ? a.c_out : a.c_in),
                  .write = write,
                  .weights = weights.data(),
                  .row_tiles = weights.row_tiles(),
                  .steps = weights.steps(),
                  .output = shares > 1 ? sums.data() : static_cast<float*>(a.output),
                  .input_gradient = a.input_gradient,
                  .mask = active.mask()};
  if (large) run<LargeTiles>(view, plan, shares);
  else run<SmallTiles>(view, plan, shares);
  if (shares > 1)
    launch(sum_rows<float, float>, blocks_for(a.output_rows * write), kThreads, 0, current_stream(),
           sums.data(), std::int64_t{shares}, a.output_rows * write, static_cast<float*>(a.output));
}

}  // namespace lsk3d::cuda
