// SPDX-License-Identifier: MIT
// A stable radix sort of several rows of (key, item) at once, least significant digit first.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>
#include <utility>

#include "device/launch.h"
#include "device/memory.h"
#include "device/scan.h"

namespace lsk3d::cuda {

constexpr int kDigits = 256, kSortRounds = 8;
constexpr std::int64_t kSortTile = kThreads * kSortRounds;
static_assert(kThreads == kDigits, "one thread per digit");

/// [segments, n] keys and what they stand for.
template <typename Key>
struct KeyedRows {
  Key* keys;
  std::uint32_t* items;
};

/// counts[segment, digit, tile] = keys of the tile with this digit. Grid: tiles, segments.
template <typename Key>
__global__ void digit_counts_kernel(const Key* keys, std::int64_t n, int shift, std::uint32_t* counts) {
  __shared__ std::uint32_t count[kDigits];
  count[threadIdx.x] = 0;
  __syncthreads();
  keys += blockIdx.y * n;
  for (int round = 0; round < kSortRounds; ++round) {
    const std::int64_t i = blockIdx.x * kSortTile + round * kThreads + threadIdx.x;
    if (i < n) atomicAdd(&count[keys[i] >> shift & (kDigits - 1)], std::uint32_t{1});
  }
  __syncthreads();
  counts[(std::int64_t{blockIdx.y} * kDigits + threadIdx.x) * gridDim.x + blockIdx.x] =
      count[threadIdx.x];
}

/// Moves each key of a tile to places[segment, digit, tile] plus the number of equal digits before it
/// in the tile.
template <typename Key>
__global__ void scatter_kernel(KeyedRows<Key> from, KeyedRows<Key> to, std::int64_t n, int shift,
                               const std::uint32_t* places) {
  constexpr int kWarps = kThreads / 32;
  __shared__ std::uint32_t place[kDigits], of_warp[kWarps][kDigits];
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  place[threadIdx.x] =
      places[(std::int64_t{blockIdx.y} * kDigits + threadIdx.x) * gridDim.x + blockIdx.x];
  const std::int64_t segment = blockIdx.y * n;
  for (int round = 0; round < kSortRounds; ++round) {
    if (blockIdx.x * kSortTile + round * kThreads >= n) break;  // for the whole block
    for (int w = 0; w < kWarps; ++w) of_warp[w][threadIdx.x] = 0;
    __syncthreads();
    const std::int64_t i = blockIdx.x * kSortTile + round * kThreads + threadIdx.x;
    const Key key = i < n ? from.keys[segment + i] : Key{0};
    const unsigned digit = i < n ? static_cast<unsigned>(key >> shift & (kDigits - 1)) : kDigits;
    const unsigned peers = __match_any_sync(kAllLanes, digit);
    const unsigned before = peers & ((1u << lane) - 1);
    if (i < n && before == 0) of_warp[warp][digit] = __popc(peers);
    __syncthreads();
    if (i < n) {
      std::int64_t at = segment + place[digit] + __popc(before);
      for (unsigned w = 0; w < warp; ++w) at += of_warp[w][digit];
      to.keys[at] = key;
      to.items[at] = from.items[segment + i];
    }
    __syncthreads();
    for (int w = 0; w < kWarps; ++w) place[threadIdx.x] += of_warp[w][threadIdx.x];
    __syncthreads();
  }
}

/// Sorts each row by the low `bits` of its keys, increasing, equal keys in their order; returns where
/// the result lies, `rows` or `spare`.
template <typename Key>
KeyedRows<Key> segmented_sort(KeyedRows<Key> rows, KeyedRows<Key> spare, std::int64_t n,
                              std::int64_t segments, int bits = sizeof(Key) * 8) {
  const unsigned tiles = ceil_div(n, kSortTile);
  const dim3 grid(tiles, static_cast<unsigned>(segments));
  Buffer<std::uint32_t> places(segments * kDigits * tiles);
  for (int shift = 0; shift < bits && tiles > 0; shift += 8) {
    launch(digit_counts_kernel<Key>, grid, kThreads, 0, current_stream(), rows.keys, n, shift,
           places.data());
    launch(exclusive_scan_kernel<std::uint32_t>, dim3(static_cast<unsigned>(segments)), kThreads, 0,
           current_stream(), places.data(), std::int64_t{kDigits} * tiles, nullptr);
    launch(scatter_kernel<Key>, grid, kThreads, 0, current_stream(), rows, spare, n, shift,
           places.data());
    std::swap(rows, spare);
  }
  return rows;
}

}  // namespace lsk3d::cuda
