// SPDX-License-Identifier: MIT
// What a kernel map is to the convs of this GPU, beyond its lists.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "active_weights.h"
#include "device/memory.h"
#include "lsk3d/kernels/conv.h"
#include "pair_runs.h"
#include "tile_plan.h"

namespace lsk3d::cuda {

/// Everything is made when a conv first wants it and kept with the map, so that the second conv
/// over a map copies nothing from the host and waits for nothing, as a recorded graph demands.
/// Thread-safe; what it gives lives as long as it.
class MapPlan {
 public:
  /// `pairs` outlives this.
  explicit MapPlan(const PairLists& pairs);

  const PairList* lists() const { return lists_.data(); }  // on the GPU
  std::int64_t offsets() const { return pairs_.offsets(); }
  /// See tile_starts().
  const std::int32_t* starts(std::int64_t tiles, std::int64_t tile_rows, bool input_gradient);
  const PairRuns& runs(std::int64_t run);
  /// Of a submanifold map, for both directions; null where it is none.
  const TilePlan* tiles();
  /// Weights of which none is zero.
  std::shared_ptr<const DeviceActiveWeights> all_weights(int c_in);

 private:
  const PairLists pairs_;
  Buffer<PairList> lists_;
  std::mutex mutex_;  // guards everything below
  std::map<std::tuple<std::int64_t, std::int64_t, bool>, Buffer<std::int32_t>> starts_;
  std::map<std::int64_t, PairRuns> runs_;
  std::unique_ptr<TilePlan> tiles_;
  std::shared_ptr<const DeviceActiveWeights> all_weights_;
};

/// The plan that is kept with the lists, or, where nothing can be kept, one of the caller's own.
std::shared_ptr<MapPlan> plan_of(const PairLists& pairs);

/// The weights' copy on the GPU, kept with them or, where all are computed, with the map.
std::shared_ptr<const DeviceActiveWeights> active_on_gpu(const ActiveWeights& active, MapPlan& plan,
                                                         int c_in);

}  // namespace lsk3d::cuda
