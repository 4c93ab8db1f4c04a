// SPDX-License-Identifier: MIT
// The host's side of halo_tile.h: shapes of tiles, shares of offsets, launches.
#include "conv_halo.h"

#include <algorithm>
#include <atomic>

#include "device/launch.h"
#include "device/reduce.h"
#include "halo_tile.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

constexpr int kWantedBlocks = 256;  // below this, offsets are shared among blocks
constexpr int kMaxShares = 8;
constexpr unsigned kCluster = 2;

std::atomic<bool> clusters_are_wanted = true;

/// Grid: tiles, groups of channels, shares of the offsets. kClustered: in clusters of two tiles.
template <typename S, int kSteps, bool kClustered>
__global__ void __launch_bounds__(kBlock, 1) conv_halo_kernel(const HaloView view) {
  HaloTile<S, kSteps, kClustered>(view).run();
}

int attribute_of_gpu(cudaDeviceAttr attribute) {
  int device = 0, value = 0;
  check(cudaGetDevice(&device), "asking for the current GPU");
  check(cudaDeviceGetAttribute(&value, attribute, device), "asking the GPU");
  return value;
}

int shared_memory() { return attribute_of_gpu(cudaDevAttrMaxSharedMemoryPerBlockOptin); }
int architecture() { return attribute_of_gpu(cudaDevAttrComputeCapabilityMajor); }

/// Rows that fit beside everything else.
template <typename S>
TileShape shape_in(int bytes) {
  const int rows = (bytes - static_cast<int>(kFixedBytes<S, kMaxSteps>)) / row_bytes(kMaxSteps);
  return {S::kParts, std::min(rows, 0xffff)};
}

template <typename S>
void run(const HaloView& view, const TilePlan& plan, unsigned shares) {
  const auto tiles = static_cast<unsigned>(plan.tiles());
  const bool clustered = tiles > 1 && uses_clusters();
  const unsigned cluster = clustered ? kCluster : 1;
  const dim3 grid((tiles + cluster - 1) / cluster * cluster, ceil_div(view.write, S::kColumns),
                  shares);
  const auto start = [&](auto kernel, std::size_t fixed, int steps) {
    launch_clusters(cluster, kernel, grid, kBlock,
                    fixed + static_cast<std::size_t>(plan.shape().capacity) * row_bytes(steps),
                    current_stream(), view);
  };
  const auto with = [&](auto steps) {
    constexpr int kSteps = decltype(steps)::value;
    if (clustered) start(conv_halo_kernel<S, kSteps, true>, kFixedBytes<S, kSteps>, kSteps);
    else start(conv_halo_kernel<S, kSteps, false>, kFixedBytes<S, kSteps>, kSteps);
  };
  if (view.steps <= 2) with(std::integral_constant<int, 2>{});
  else with(std::integral_constant<int, kMaxSteps>{});
}

}  // namespace

bool uses_clusters() { return clusters_are_wanted && architecture() == 9; }
void set_uses_clusters(bool wanted) { clusters_are_wanted = wanted; }

bool has_halo_tiles() {
  const TileShape small = shape_in<SmallTiles>(shared_memory());
  return architecture() >= 8 && small.capacity >= small.rows();
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
  const HaloView view{.plan = tiles,
                      .tiles = plan.tiles(),
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
