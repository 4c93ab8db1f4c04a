// SPDX-License-Identifier: MIT
#include "voxel_index.h"

#include "device/launch.h"
#include "device/scan.h"
#include "device/segmented_sort.h"

namespace lsk3d::cuda {
namespace {

__global__ void iota_kernel(std::uint32_t* items, std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    items[i] = static_cast<std::uint32_t>(i);
}

/// keys[i] = one coordinate of row items[i]; flipping the sign bit puts negative numbers first.
__global__ void coordinate_keys_kernel(const std::int32_t* coordinates, int axis,
                                       KeyedRows<std::uint32_t> rows, std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    rows.keys[i] = static_cast<std::uint32_t>(coordinates[std::int64_t{rows.items[i]} * 4 + axis]) ^
                   0x80000000u;
}

/// keys[i] = all coordinates of row i; those of a row that is nowhere lie behind all others.
__global__ void packed_keys_kernel(const std::int32_t* coordinates, CoordinateBits bits,
                                   KeyedRows<std::uint64_t> rows, std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    std::uint64_t key = 0;
    for (int axis = 0; axis < 4; ++axis)
      key = key << bits.of[axis] | static_cast<std::uint32_t>(coordinates[i * 4 + axis]);
    rows.keys[i] = coordinates[i * 4] == kNowhere ? std::uint64_t{1} << bits.all() : key;
    rows.items[i] = static_cast<std::uint32_t>(i);
  }
}

/// firsts[i] = 1 where the i-th row in order is the first of its voxel.
__global__ void firsts_kernel(const std::int32_t* coordinates, const std::uint32_t* order,
                              std::int64_t n, std::uint32_t* firsts) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    bool first = i == 0;
    for (int axis = 0; axis < 4 && !first; ++axis)
      first = coordinates[std::int64_t{order[i]} * 4 + axis] !=
              coordinates[std::int64_t{order[i - 1]} * 4 + axis];
    firsts[i] = first;
  }
}

/// `before` [n]: firsts before each; what follows from it.
__global__ void write_voxels_kernel(const std::int32_t* coordinates, const std::uint32_t* order,
                                    const std::uint32_t* before, std::int64_t n,
                                    VoxelTarget target) {
  const std::int64_t voxels = *target.count;
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    const std::int64_t row = order[i];
    const std::int64_t after = i + 1 < n ? before[i + 1] : voxels, voxel = after - 1;
    target.order[i] = static_cast<std::int32_t>(row);
    target.index[row] = static_cast<std::int32_t>(voxel);
    if (i + 1 == n) target.start[voxels] = n;
    if (before[i] == after) continue;  // not the first of its voxel
    target.start[voxel] = i;
    for (int axis = 0; axis < 4 && target.coordinates; ++axis)
      target.coordinates[voxel * 4 + axis] = coordinates[row * 4 + axis];
  }
}

template <typename T>
Buffer<T> first_of(const Buffer<T>& buffer, std::int64_t size) {
  Buffer<T> part(size);
  check(cudaMemcpyAsync(part.data(), buffer.data(), static_cast<std::size_t>(size) * sizeof(T),
                        cudaMemcpyDeviceToDevice, current_stream()),
        "copying on the GPU");
  return part;
}

/// Row numbers by voxel, equal voxels by row, in one half of `items` [2 n].
const std::uint32_t* sorted_by_bits(const std::int32_t* coordinates, std::int64_t n,
                                    const CoordinateBits& bits, Buffer<std::uint32_t>& items) {
  Buffer<std::uint64_t> keys(2 * n);
  const KeyedRows<std::uint64_t> rows{keys.data(), items.data()},
      spare{keys.data() + n, items.data() + n};
  launch(packed_keys_kernel, blocks_for(n), kThreads, 0, current_stream(), coordinates, bits, rows,
         n);
  return segmented_sort(rows, spare, n, 1, bits.all() + 1).items;
}

const std::uint32_t* sorted_by_axes(const std::int32_t* coordinates, std::int64_t n,
                                    Buffer<std::uint32_t>& items) {
  const cudaStream_t stream = current_stream();
  Buffer<std::uint32_t> keys(2 * n);
  KeyedRows<std::uint32_t> rows{keys.data(), items.data()},
      spare{keys.data() + n, items.data() + n};
  launch(iota_kernel, blocks_for(n), kThreads, 0, stream, rows.items, n);
  for (int axis = 3; axis >= 0; --axis) {  // a stable sort by z, y, x, batch is one by all of them
    launch(coordinate_keys_kernel, blocks_for(n), kThreads, 0, stream, coordinates, axis, rows, n);
    const KeyedRows<std::uint32_t> sorted = segmented_sort(rows, spare, n, 1);
    if (sorted.keys == spare.keys) std::swap(rows, spare);
  }
  return rows.items;
}

}  // namespace

void find_voxels(const std::int32_t* coordinates, std::int64_t n, const VoxelTarget& target,
                 const CoordinateBits* bits) {
  const cudaStream_t stream = current_stream();
  if (n == 0) set_zero(target.start, sizeof(std::int64_t));
  Buffer<std::uint32_t> items(2 * n), firsts(n);
  const std::uint32_t* order =
      bits ? sorted_by_bits(coordinates, n, *bits, items) : sorted_by_axes(coordinates, n, items);
  launch(firsts_kernel, blocks_for(n), kThreads, 0, stream, coordinates, order, n, firsts.data());
  launch(exclusive_scan_kernel<std::uint32_t>, 1, kThreads, 0, stream, firsts.data(), n,
         target.count);
  launch(write_voxels_kernel, blocks_for(n), kThreads, 0, stream, coordinates, order, firsts.data(),
         n, target);
}

UniqueVoxels unique_voxels(const std::int32_t* coordinates, std::int64_t n) {
  Buffer<std::int32_t> all(n * 4);
  Buffer<std::int64_t> start(n + 1);
  Buffer<std::uint32_t> count(1);
  UniqueVoxels voxels;
  voxels.order = Buffer<std::int32_t>(n);
  voxels.index = Buffer<std::int32_t>(n);
  find_voxels(coordinates, n,
              {all.data(), start.data(), voxels.order.data(), voxels.index.data(), count.data()});
  voxels.count = count.to_host()[0];
  voxels.coordinates = first_of(all, voxels.count * 4);
  voxels.start = first_of(start, voxels.count + 1);
  return voxels;
}

}  // namespace lsk3d::cuda
