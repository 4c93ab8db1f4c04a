// SPDX-License-Identifier: MIT
#include "voxel_index.h"

#include "device/launch.h"
#include "device/scan.h"
#include "device/segmented_sort.h"

namespace lsk3d::cuda {
namespace {

__global__ void iota_kernel(std::uint32_t* items, std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) items[i] = static_cast<std::uint32_t>(i);
}

/// keys[i] = one coordinate of row items[i]; flipping the sign bit puts negative numbers first.
__global__ void coordinate_keys_kernel(const std::int32_t* coordinates, int axis, KeyedRows<std::uint32_t> rows,
                                       std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    rows.keys[i] = static_cast<std::uint32_t>(coordinates[std::int64_t{rows.items[i]} * 4 + axis]) ^ 0x80000000u;
}

/// firsts[i] = 1 where the i-th row in order is the first of its voxel.
__global__ void firsts_kernel(const std::int32_t* coordinates, const std::uint32_t* order, std::int64_t n,
                              std::uint32_t* firsts) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    bool first = i == 0;
    for (int axis = 0; axis < 4 && !first; ++axis)
      first = coordinates[std::int64_t{order[i]} * 4 + axis] != coordinates[std::int64_t{order[i - 1]} * 4 + axis];
    firsts[i] = first;
  }
}

/// `before` [n]: firsts before each; what follows from it.
__global__ void write_voxels_kernel(const std::int32_t* coordinates, const std::uint32_t* order,
                                    const std::uint32_t* before, std::int64_t n, std::int64_t voxels,
                                    std::int32_t* unique, std::int64_t* start, std::int32_t* out_order,
                                    std::int32_t* index) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    const std::int64_t row = order[i];
    const std::int64_t after = i + 1 < n ? before[i + 1] : voxels, voxel = after - 1;
    out_order[i] = static_cast<std::int32_t>(row);
    index[row] = static_cast<std::int32_t>(voxel);
    if (i + 1 == n) start[voxels] = n;
    if (before[i] == after) continue;  // not the first of its voxel
    start[voxel] = i;
    for (int axis = 0; axis < 4; ++axis) unique[voxel * 4 + axis] = coordinates[row * 4 + axis];
  }
}

}  // namespace

UniqueVoxels unique_voxels(const std::int32_t* coordinates, std::int64_t n) {
  const cudaStream_t stream = current_stream();
  Buffer<std::uint32_t> keys(2 * n), items(2 * n), firsts(n), total(1);
  KeyedRows<std::uint32_t> rows{keys.data(), items.data()}, spare{keys.data() + n, items.data() + n};
  launch(iota_kernel, blocks_for(n), kThreads, 0, stream, rows.items, n);
  for (int axis = 3; axis >= 0; --axis) {  // a stable sort by z, y, x, batch is one by all of them
    launch(coordinate_keys_kernel, blocks_for(n), kThreads, 0, stream, coordinates, axis, rows, n);
    const KeyedRows<std::uint32_t> sorted = segmented_sort(rows, spare, n, 1);
    if (sorted.keys == spare.keys) std::swap(rows, spare);
  }
  launch(firsts_kernel, blocks_for(n), kThreads, 0, stream, coordinates, rows.items, n, firsts.data());
  launch(exclusive_scan_kernel<std::uint32_t>, 1, kThreads, 0, stream, firsts.data(), n, total.data());
  UniqueVoxels voxels;
  voxels.count = total.to_host()[0];
  voxels.coordinates = Buffer<std::int32_t>(voxels.count * 4);
  voxels.start = Buffer<std::int64_t>(voxels.count + 1);
  if (n == 0) voxels.start.zero();
  voxels.order = Buffer<std::int32_t>(n);
  voxels.index = Buffer<std::int32_t>(n);
  launch(write_voxels_kernel, blocks_for(n), kThreads, 0, stream, coordinates, rows.items, firsts.data(),
         n, voxels.count, voxels.coordinates.data(), voxels.start.data(), voxels.order.data(),
         voxels.index.data());
  return voxels;
}

}  // namespace lsk3d::cuda
