// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "device/reduce.h"
#include "tile_plan.h"

namespace lsk3d::cuda {

/// One offset of a tile that has pairs and weights.
template <int kParts>
struct TileOffset {
  std::int32_t k = -1;                   // of the weights; -1: there is none
  std::int32_t starts[kParts + 1] = {};  // octets of each part, and where the last one ends

  __device__ int octets() const { return starts[kParts] - starts[0]; }
};

/// The offsets with weights, in the order of a plan.
struct OffsetOrder {
  const std::int32_t* offsets;  // [count] increasing
  int count;
  std::int32_t mirrored_from;  // K − 1 where offset k of the plan has weights K − 1 − k, or -1

  __device__ std::int32_t weights(int n) const {
    return offsets[mirrored_from < 0 ? n : count - 1 - n];
  }
  __device__ std::int32_t in_plan(std::int32_t k) const {
    return mirrored_from < 0 ? k : mirrored_from - k;
  }
};

/// Walks those offsets that have pairs in a tile, or in its neighbour: two blocks that share weights
/// see the same offsets. The lanes of a warp look at 32 at once; all lanes call, and all warps of a
/// block see the same.
template <int kParts>
class OffsetWalk {
 public:
  /// Of offsets [first, last) of the order; a tile of -1 has none.
  __device__ OffsetWalk(const OffsetOrder& order, const TilePlanView& plan, int tile, int neighbour,
                        int first, int last)
      : order_(&order),
        starts_(starts_of(plan, tile)),
        neighbour_(starts_of(plan, neighbour)),
        group_(first),
        last_(last) {}

  /// From now on offsets of the plan below this one; those before are behind.
  __device__ void enter_pass(std::int32_t end_offset) { end_offset_ = end_offset; }

  __device__ TileOffset<kParts> next() {
    while (waiting_ == 0)
      if (!load_group()) return {};
    const int lane = __ffs(static_cast<int>(waiting_)) - 1;
    waiting_ &= waiting_ - 1;
    TileOffset<kParts> next;
    next.k = __shfl_sync(kAllLanes, mine_.k, lane);
    for (int i = 0; i <= kParts; ++i)
      next.starts[i] = __shfl_sync(kAllLanes, mine_.starts[i], lane);
    return next;
  }

 private:
  __device__ static const std::int32_t* starts_of(const TilePlanView& plan, int tile) {
    return tile < 0 ? nullptr : plan.starts + tile * (plan.offsets * kParts + 1);
  }

  /// False where the pass has no more offsets.
  __device__ bool load_group() {
    const int n = group_ + static_cast<int>(threadIdx.x % 32);
    bool in_pass = false, of_neighbour = false;
    mine_ = {};
    if (n < last_) {
      mine_.k = order_->weights(n);
      const std::int32_t k = order_->in_plan(mine_.k);
      in_pass = k < end_offset_;
      const std::int64_t at = std::int64_t{k} * kParts;
      if (in_pass && starts_)
        for (int i = 0; i <= kParts; ++i) mine_.starts[i] = starts_[at + i];
      if (in_pass && neighbour_) of_neighbour = neighbour_[at] < neighbour_[at + kParts];
    }
    const unsigned of_pass =
        __ballot_sync(kAllLanes, in_pass);  // the first lanes: offsets increase
    group_ += __popc(of_pass);
    waiting_ = __ballot_sync(kAllLanes, mine_.octets() > 0 || of_neighbour);
    return of_pass != 0;
  }

  const OffsetOrder* order_;
  const std::int32_t *starts_, *neighbour_;  // null: no tile
  int group_, last_;
  std::int32_t end_offset_ = 0;
  unsigned waiting_ = 0;  // lanes whose offset is still to come
  TileOffset<kParts> mine_;
};

}  // namespace lsk3d::cuda
