// SPDX-License-Identifier: MIT
#include "map_plan.h"

#include "conv_halo.h"
#include "curve_order.h"
#include "pair_lists.h"

namespace lsk3d::cuda {
namespace {

int current_device() {
  int device = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  return device;
}

}  // namespace

MapPlan::MapPlan(const PairLists& pairs) : pairs_(pairs), lists_(pairs.lists) {}

const std::int32_t* MapPlan::starts(std::int64_t tiles, std::int64_t tile_rows,
                                    bool input_gradient) {
  const std::lock_guard lock(mutex_);
  Buffer<std::int32_t>& starts = starts_[{tiles, tile_rows, input_gradient}];
  if (!starts.data())
    starts = tile_starts(lists_.data(), offsets(), tiles, tile_rows, input_gradient);
  return starts.data();
}

const PairRuns& MapPlan::runs(std::int64_t run) {
  const std::lock_guard lock(mutex_);
  return runs_.try_emplace(run, pairs_, run).first->second;
}

const TilePlan* MapPlan::tiles() {
  if (!pairs_.voxels) return nullptr;
  const std::lock_guard lock(mutex_);
  if (!tiles_) {
    const std::int64_t rows = pairs_.count(pairs_.offsets() / 2);  // the centre has all
    tiles_ = std::make_unique<TilePlan>(pairs_, curve_order(pairs_.voxels, rows),
                                        /*input_gradient=*/false, halo_tiles());
  }
  return tiles_.get();
}

std::shared_ptr<const DeviceActiveWeights> MapPlan::all_weights(int c_in) {
  const std::lock_guard lock(mutex_);
  // Without a mask no width matters.
  if (!all_weights_)
    all_weights_ = std::make_shared<DeviceActiveWeights>(ActiveWeights{}, offsets(), c_in);
  return all_weights_;
}

std::shared_ptr<MapPlan> plan_of(const PairLists& pairs) {
  const auto make = [&] { return std::make_shared<MapPlan>(pairs); };
  return pairs.memo ? pairs.memo->get<MapPlan>(current_device(), make) : make();
}

std::shared_ptr<const DeviceActiveWeights> active_on_gpu(const ActiveWeights& active, MapPlan& plan,
                                                         int c_in) {
  if (active.all_offsets && active.block_mask.empty()) return plan.all_weights(c_in);
  const auto make = [&] {
    return std::make_shared<DeviceActiveWeights>(active, plan.offsets(), c_in);
  };
  return active.memo ? active.memo->get<DeviceActiveWeights>(current_device(), make) : make();
}

}  // namespace lsk3d::cuda
