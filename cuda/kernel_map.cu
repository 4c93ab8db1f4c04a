// SPDX-License-Identifier: MIT
// Searched twice, to count and then to write each pair where it belongs: lists come out sorted, and no
// order depends on chance.
#include "kernel_map.h"

#include <vector>

#include "device/launch.h"
#include "device/scan.h"
#include "lsk3d/core/check.h"
#include "voxel_hash_map.h"

namespace lsk3d::cuda {
namespace {

using Count = unsigned long long;

/// The search of the offsets after the centre; a block looks at kThreads voxels under one offset.
struct Search {
  VoxelHashView map;
  std::int64_t count;
  KernelExtents kernel;

  /// The voxel that voxel `o` meets under the offset of this block, -1 for none.
  __device__ std::int32_t partner(std::int64_t o) const {
    if (o >= count) return -1;
    const int k = kernel.z * kernel.y * kernel.x / 2 + 1 + static_cast<int>(blockIdx.y);
    const std::int64_t x = k % kernel.x - kernel.x / 2;
    const std::int64_t y = k / kernel.x % kernel.y - kernel.y / 2;
    const std::int64_t z = k / kernel.x / kernel.y - kernel.z / 2;
    const std::int32_t* from = map.coordinates + o * 4;
    const std::int64_t wanted[4] = {from[0], from[1] + x, from[2] + y, from[3] + z};
    std::int32_t voxel[4];
    for (int i = 0; i < 4; ++i) {
      voxel[i] = static_cast<std::int32_t>(wanted[i]);
      if (voxel[i] != wanted[i]) return -1;  // there are no voxels out there
    }
    return map.find(voxel);
  }
  __device__ std::int64_t own_voxel() const { return std::int64_t{blockIdx.x} * kThreads + threadIdx.x; }
};

/// counts [offsets, tiles]: pairs of each tile of voxels. Grid: tiles, offsets.
__global__ void count_pairs_kernel(Search search, Count* counts) {
  unsigned total;
  block_exclusive_scan(search.partner(search.own_voxel()) >= 0 ? 1u : 0u, total);
  if (threadIdx.x == 0) counts[std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x] = total;
}

/// in and out rows, by offset, where `before` [offsets, tiles] and `starts` [offsets] say.
__global__ void write_pairs_kernel(Search search, const Count* before, const Count* starts,
                                   std::int32_t* in, std::int32_t* out) {
  const std::int64_t o = search.own_voxel();
  const std::int32_t i = search.partner(o);
  unsigned total;
  const unsigned rank = block_exclusive_scan(i >= 0 ? 1u : 0u, total);
  if (i < 0) return;
  const Count at =
      starts[blockIdx.y] + before[std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x] + rank;
  in[at] = i;
  out[at] = static_cast<std::int32_t>(o);
}

__global__ void identity_kernel(std::int32_t* rows, std::int64_t count) {
  for (std::int64_t i = first_item(); i < count; i += item_step()) rows[i] = static_cast<std::int32_t>(i);
}

}  // namespace

DevicePairs submanifold_pairs(const std::int32_t* coordinates, std::int64_t count, KernelExtents kernel) {
  LSK3D_ASSERT(kernel.z % 2 == 1 && kernel.y % 2 == 1 && kernel.x % 2 == 1, "even kernel extents");
  const std::int64_t offsets = kernel.volume(), half = offsets / 2, tiles = ceil_div(count, kThreads);
  const cudaStream_t stream = current_stream();
  VoxelHashMap map(coordinates, count);
  const Search search{map.view(), count, kernel};
  Buffer<Count> before(half * tiles), totals(half), starts(half);
  totals.zero();
  // The second dimension of a grid is short, and so are kernels: 31³ / 2 offsets at most.
  LSK3D_ASSERT(half <= 65535, offsets, " offsets");
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(half));
  launch(count_pairs_kernel, grid, kThreads, 0, stream, search, before.data());
  if (tiles > 0)
    launch(exclusive_scan_kernel<Count>, dim3(static_cast<unsigned>(half)), kThreads, 0, stream,
           before.data(), tiles, totals.data());
  const std::vector<Count> counts = totals.to_host();

  std::int64_t pairs = 0;
  std::vector<Count> first;
  for (const Count c : counts) {
    first.push_back(static_cast<Count>(pairs));
    pairs += static_cast<std::int64_t>(c);
  }
  starts = Buffer<Count>(std::span<const Count>(first));
  Buffer<std::int32_t> rows(2 * pairs + count);
  std::int32_t *in = rows.data(), *out = in + pairs, *identity = out + pairs;
  launch(write_pairs_kernel, grid, kThreads, 0, stream, search, before.data(), starts.data(), in, out);
  launch(identity_kernel, blocks_for(count), kThreads, 0, stream, identity, count);

  std::vector<PairList> lists(static_cast<std::size_t>(offsets));
  lists[static_cast<std::size_t>(half)] = {identity, identity, count};
  for (std::int64_t h = 0; h < half; ++h) {
    const auto n = static_cast<std::size_t>(h);
    const std::int64_t size = static_cast<std::int64_t>(counts[n]), at = static_cast<std::int64_t>(first[n]);
    lists[static_cast<std::size_t>(half + 1 + h)] = {in + at, out + at, size};
    lists[static_cast<std::size_t>(half - 1 - h)] = {out + at, in + at, size};
  }
  return DevicePairs(std::move(rows), std::move(lists));
}

}  // namespace lsk3d::cuda
