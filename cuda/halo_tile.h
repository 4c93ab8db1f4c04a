// SPDX-License-Identifier: MIT
// A block owns the 256 rows of a tile and 64 channels that are written, and keeps their sums in
// shared memory, beside the rows that the tile reads (the halo) and two stages of weights and
// pairs: one being multiplied, one on its way. Eight warps, each with 16 channels of one half of
// the rows: no two add to the same sum. Weights are the left operand and pairs the columns of the
// right one: load_matrices(), which takes a row's address from each lane, gathers.
//
// In a cluster two blocks with neighbouring tiles walk the offsets that either of them has pairs
// under, and each sends half of the weights to both: half the bytes to read, the same sums.
#pragma once
#include <device/async_copy.h>
#include <device/cluster.h>
#include <device/dynamic_shared.h>
#include <device/ptx.h>

#include <cstdint>

#include "active_weights.h"
#include "device/unroll.h"
#include "offset_walk.h"
#include "tile_plan.h"

namespace lsk3d::cuda {

constexpr int kWarps = 8, kBlock = kWarps * 32;
constexpr int kStageOffsets = 2;
constexpr int kMaxSteps = 4;  // of 16 read channels at a time; more channels come in slabs

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

constexpr std::size_t kBarrierBytes = 16;  // one for each stage

template <typename S, int kSteps>
constexpr std::size_t kFixedBytes = S::kSumBytes + 2 * sizeof(Stage<S, kSteps>) + kBarrierBytes;

struct HaloView {
  TilePlanView plan;
  int tiles;
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

/// The passes of a tile, one after the other.
class Passes {
 public:
  /// A tile of -1 has none.
  __device__ Passes(const TilePlanView& plan, int tile) {
    if (tile < 0) return;
    at_ = plan.passes + plan.first_pass[tile];
    last_ = plan.passes + plan.first_pass[tile + 1];
  }
  __device__ bool any() const { return at_ < last_; }
  __device__ std::int32_t end_offset() const { return any() ? at_->end_offset : 0x7fffffff; }
  __device__ TilePass now() const { return any() ? *at_ : TilePass{}; }
  /// The offsets below `end` are behind.
  __device__ void leave(std::int32_t end) {
    if (any() && at_->end_offset == end) ++at_;
  }

 private:
  const TilePass *at_ = nullptr, *last_ = nullptr;
};

template <typename S, int kSteps, bool kClustered>
class HaloTile {
  static constexpr int kParts = S::kParts, kRowTiles = S::kRowTiles, kColumns = S::kColumns;
  static constexpr int kRows = S::kRows, kSumStride = S::kSumStride;
  using Walk = OffsetWalk<kParts>;

 public:
  __device__ explicit HaloTile(const HaloView& view)
      : view_(view),
        sums_(dynamic_shared<float>()),
        stages_(reinterpret_cast<Stage<S, kSteps>*>(sums_ + kRows * kSumStride)),
        arrivals_(reinterpret_cast<std::uint64_t*>(stages_ + 2)),
        halo_(reinterpret_cast<unsigned char*>(arrivals_) + kBarrierBytes),
        lane_(static_cast<int>(threadIdx.x) % 32),
        row_tile_(static_cast<int>(threadIdx.x) / 32 % kRowTiles),
        part_(static_cast<int>(threadIdx.x) / 32 / kRowTiles),
        tile_(existing(static_cast<int>(blockIdx.x))),
        neighbour_(kClustered ? existing(static_cast<int>(blockIdx.x ^ 1u)) : -1),
        first_octet_(tile_ < 0 ? 0 : view.plan.first_octet[tile_]) {
    for (int i = threadIdx.x; i < kRows * kSumStride; i += kBlock) sums_[i] = 0;
    if (kClustered && threadIdx.x < 2) init_arrivals(arrivals_ + threadIdx.x);
  }

  /// A pass lasts until one of the two tiles needs other rows, as a rule until the end.
  __device__ void run() {
    const int shares = static_cast<int>(gridDim.z), share = static_cast<int>(blockIdx.z);
    Walk walk(view_.order, view_.plan, tile_, neighbour_, view_.order.count * share / shares,
              view_.order.count * (share + 1) / shares);
    Passes own(view_.plan, tile_), other(view_.plan, neighbour_);
    while (own.any() || other.any()) {
      const std::int32_t end =
          own.end_offset() < other.end_offset() ? own.end_offset() : other.end_offset();
      walk.enter_pass(end);
      const Walk begin = walk;
      for (int first_step = 0; first_step < view_.steps; first_step += kSteps) {
        walk = begin;
        multiply_pass(own.now(), first_step, walk);
      }
      own.leave(end);
      other.leave(end);
    }
    products_.template add_to<kSumStride>(own_sums());
    meet();  // and nobody leaves while the other one may still send
    write();
  }

 private:
  __device__ int existing(int tile) const { return tile < view_.tiles ? tile : -1; }

  /// Of all threads that share stages.
  __device__ void meet() const {
    if constexpr (kClustered) cluster_barrier();
    else __syncthreads();
  }

  __device__ float* own_sums() const {
    return sums_ + part_ * kPartRows * kSumStride + row_tile_ * 16 + lane_ / 4;
  }

  __device__ void multiply_pass(const TilePass& pass, int first_step, Walk& walk) {
    Offsets<kParts> next = next_offsets(walk);
    if (!next.any()) return;  // the same for the whole block, and for its neighbour
    meet();                   // the last pass is done with halo and stages
    fetch_halo(pass, first_step);
    fetch_stage(next, first_step, 0);
    for (int stage = 0; next.any(); stage = 1 - stage) {
      const Offsets<kParts> now = next;
      wait_for_copies<0>();
      if constexpr (kClustered) {
        wait_for_arrivals(arrivals_ + stage, parity_ >> stage & 1);
        parity_ ^= 1u << stage;
      }
      meet();  // this stage is here, and everyone is done with the other one
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
    if (kClustered && threadIdx.x == 0) send_weights(offsets, first_step, stage);
    unrolled<kStageOffsets>([&](auto i) {
      const TileOffset<kParts>& offset = offsets.of[i];
      if (offset.k < 0) return;
      const uint4* weights = weights_of(offset.k);
      for (int w = threadIdx.x; !kClustered && w < kRowTiles * kSteps * 32; w += kBlock) {
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

  __device__ const uint4* weights_of(std::int32_t k) const {
    return view_.weights + std::int64_t{k} * view_.row_tiles * view_.steps * 32;
  }

  /// Each block of a cluster sends every other row tile to both. By one thread.
  __device__ void send_weights(const Offsets<kParts>& offsets, int first_step, int stage) const {
    const int left = view_.steps - first_step, steps = left < kSteps ? left : kSteps;
    const auto piece = static_cast<std::uint32_t>(steps * 32 * sizeof(uint4));
    std::uint32_t bytes = 0;
    unrolled<kStageOffsets>([&](auto i) {
      const std::int32_t k = offsets.of[i].k;
      for (int b = 0; b < kRowTiles && k >= 0; ++b) {
        const int row_tile = static_cast<int>(blockIdx.y) * kRowTiles + b;
        bool any = false;
        for (int s = 0; s < steps; ++s) any = any || view_.has(k, first_step + s, row_tile);
        if (!any) continue;
        bytes += piece;
        if (static_cast<unsigned>(b) % 2 == cluster_rank())
          copy_to_cluster(stages_[stage].weights[i][b],
                          weights_of(k) + (row_tile * view_.steps + first_step) * 32, piece,
                          arrivals_ + stage);
      }
    });
    expect_arrivals(arrivals_ + stage, bytes);
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

  const HaloView& view_;
  float* sums_;
  Stage<S, kSteps>* stages_;
  std::uint64_t* arrivals_;  // of each stage's weights, in a cluster
  unsigned char* halo_;
  int lane_, row_tile_, part_;
  int tile_, neighbour_;  // -1: none
  std::int64_t first_octet_;
  unsigned parity_ = 0;  // a bit for each stage
  Products products_;
};

}  // namespace lsk3d::cuda
