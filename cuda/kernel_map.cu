// SPDX-License-Identifier: MIT
// Searched twice, to count and then to write each pair where it belongs: lists come out sorted, and no
// order depends on chance.
#include "kernel_map.h"

#include <vector>

#include "device/launch.h"
#include "device/scan.h"
#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

/// The search of the offsets after the centre; a block looks at kThreads voxels under one offset.
struct Search {
  VoxelHashView map;
  const std::uint32_t* count;
  std::int64_t tiles;
  KernelExtents kernel;

  /// Whether the block has voxels.
  __device__ bool any() const { return std::int64_t{blockIdx.x} * kThreads < *count; }
  __device__ std::int64_t own_tile() const { return std::int64_t{blockIdx.y} * tiles + blockIdx.x; }

  /// The voxel that voxel `o` meets under the offset of this block, -1 for none.
  __device__ std::int32_t partner(std::int64_t o) const {
    if (o >= *count) return -1;
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
__global__ void count_pairs_kernel(Search search, std::uint32_t* counts) {
  unsigned total = 0;
  if (search.any()) block_exclusive_scan(search.partner(search.own_voxel()) >= 0 ? 1u : 0u, total);
  if (threadIdx.x == 0) counts[search.own_tile()] = total;
}

/// in and out rows, by offset, where `before` [offsets, tiles] and `first` [offsets] say.
__global__ void write_pairs_kernel(Search search, const std::uint32_t* before,
                                   const std::int64_t* first, std::int32_t* in, std::int32_t* out) {
  if (!search.any()) return;
  const std::int64_t o = search.own_voxel();
  const std::int32_t i = search.partner(o);
  unsigned total;
  const unsigned rank = block_exclusive_scan(i >= 0 ? 1u : 0u, total);
  if (i < 0) return;
  const std::int64_t at = first[blockIdx.y] + before[search.own_tile()] + rank;
  in[at] = i;
  out[at] = static_cast<std::int32_t>(o);
}

__global__ void identity_kernel(std::int32_t* rows, std::int64_t count) {
  for (std::int64_t i = first_item(); i < count; i += item_step()) rows[i] = static_cast<std::int32_t>(i);
}

/// The second dimension of a grid is short, and so are kernels: 31³ / 2 offsets at most.
dim3 grid_of(std::int64_t tiles, KernelExtents kernel) {
  const int half = kernel.volume() / 2;
  LSK3D_ASSERT(half <= 65535, kernel.volume(), " offsets");
  return dim3(static_cast<unsigned>(tiles), static_cast<unsigned>(half));
}

}  // namespace

HalfMap::HalfMap(const std::int32_t* coordinates, const std::uint32_t* voxels,
                 std::int64_t capacity, KernelExtents kernel, std::uint32_t* totals)
    : voxels_(voxels),
      tiles_(ceil_div(capacity, kThreads)),
      kernel_(kernel),
      map_(coordinates, voxels, capacity),
      before_(kernel.volume() / 2 * tiles_) {
  LSK3D_ASSERT(kernel.z % 2 == 1 && kernel.y % 2 == 1 && kernel.x % 2 == 1, "even kernel extents");
  if (before_.size() == 0) return;
  launch(count_pairs_kernel, grid_of(tiles_, kernel), kThreads, 0, current_stream(),
         Search{map_.view(), voxels, tiles_, kernel}, before_.data());
  launch(exclusive_scan_kernel<std::uint32_t>, dim3(static_cast<unsigned>(kernel.volume() / 2)),
         kThreads, 0, current_stream(), before_.data(), tiles_, totals);
}

void HalfMap::write(std::span<const std::int64_t> first, std::int32_t* in, std::int32_t* out) {
  const Buffer<std::int64_t> starts(first);
  launch(write_pairs_kernel, grid_of(tiles_, kernel_), kThreads, 0, current_stream(),
         Search{map_.view(), voxels_, tiles_, kernel_}, before_.data(), starts.data(), in, out);
}

void write_identity(std::int32_t* rows, std::int64_t count) {
  launch(identity_kernel, blocks_for(count), kThreads, 0, current_stream(), rows, count);
}

DevicePairs submanifold_pairs(const std::int32_t* coordinates, std::int64_t count, KernelExtents kernel) {
  const std::int64_t offsets = kernel.volume(), half = offsets / 2;
  const auto voxel_count = static_cast<std::uint32_t>(count);
  const Buffer<std::uint32_t> voxels(std::span<const std::uint32_t>(&voxel_count, 1));
  Buffer<std::uint32_t> totals(half);
  totals.zero();
  HalfMap map(coordinates, voxels.data(), count, kernel, totals.data());
  const std::vector<std::uint32_t> counts = totals.to_host();

  std::int64_t pairs = 0;
  std::vector<std::int64_t> first;
  for (const std::uint32_t c : counts) {
    first.push_back(pairs);
    pairs += c;
  }
  Buffer<std::int32_t> rows(2 * pairs + count);
  std::int32_t *in = rows.data(), *out = in + pairs, *identity = out + pairs;
  map.write(first, in, out);
  write_identity(identity, count);

  std::vector<PairList> lists(static_cast<std::size_t>(offsets));
  lists[static_cast<std::size_t>(half)] = {identity, identity, count};
  for (std::int64_t h = 0; h < half; ++h) {
    const std::int64_t size = counts[static_cast<std::size_t>(h)], at = first[static_cast<std::size_t>(h)];
    lists[static_cast<std::size_t>(half + 1 + h)] = {in + at, out + at, size};
    lists[static_cast<std::size_t>(half - 1 - h)] = {out + at, in + at, size};
  }
  return DevicePairs(std::move(rows), std::move(lists));
}

}  // namespace lsk3d::cuda
