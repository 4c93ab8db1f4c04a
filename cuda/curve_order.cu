// SPDX-License-Identifier: MIT
#include "curve_order.h"

#include "device/launch.h"
#include "device/segmented_sort.h"

namespace lsk3d::cuda {
namespace {

/// The low 16 bits, each followed by a zero.
__device__ std::uint32_t spread(std::uint32_t v) {
  v &= 0xffff;
  v = (v | v << 8) & 0x00ff00ff;
  v = (v | v << 4) & 0x0f0f0f0f;
  v = (v | v << 2) & 0x33333333;
  return (v | v << 1) & 0x55555555;
}

__global__ void curve_keys_kernel(const std::int32_t* coordinates, KeyedRows<std::uint32_t> rows,
                                  std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) {
    const auto x = static_cast<std::uint32_t>(coordinates[i * 4 + 1]);
    const auto y = static_cast<std::uint32_t>(coordinates[i * 4 + 2]);
    rows.keys[i] = spread(x) << 1 | spread(y);
    rows.items[i] = static_cast<std::uint32_t>(i);
  }
}

/// keys[i] = batch of row items[i].
__global__ void batch_keys_kernel(const std::int32_t* coordinates, KeyedRows<std::uint32_t> rows,
                                  std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    rows.keys[i] = static_cast<std::uint32_t>(coordinates[std::int64_t{rows.items[i]} * 4]);
}

__global__ void order_kernel(const std::uint32_t* items, std::int64_t n, std::int32_t* order) {
  for (std::int64_t i = first_item(); i < n; i += item_step())
    order[i] = static_cast<std::int32_t>(items[i]);
}

constexpr int kBatchBits = 16;

}  // namespace

Buffer<std::int32_t> curve_order(const std::int32_t* coordinates, std::int64_t count) {
  const cudaStream_t stream = current_stream();
  const dim3 blocks = blocks_for(count);
  Buffer<std::uint32_t> keys(2 * count), items(2 * count);
  KeyedRows<std::uint32_t> rows{keys.data(), items.data()};
  KeyedRows<std::uint32_t> spare{keys.data() + count, items.data() + count};
  launch(curve_keys_kernel, blocks, kThreads, 0, stream, coordinates, rows, count);
  // Both sorts are stable: rows of a column stay sorted by z, and rows of a batch along the curve.
  KeyedRows<std::uint32_t> sorted = segmented_sort(rows, spare, count, 1);
  if (sorted.keys == spare.keys) std::swap(rows, spare);
  launch(batch_keys_kernel, blocks, kThreads, 0, stream, coordinates, rows, count);
  sorted = segmented_sort(rows, spare, count, 1, kBatchBits);
  Buffer<std::int32_t> order(count);
  launch(order_kernel, blocks, kThreads, 0, stream, sorted.items, count, order.data());
  return order;
}

}  // namespace lsk3d::cuda
