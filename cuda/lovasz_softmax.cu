// SPDX-License-Identifier: MIT
// Lovász-softmax: A. Berman, A. R. Triki, M. B. Blaschko, CVPR 2018, algorithm 1. All classes are
// sorted at once; every count is of integers, so that no sum has an order to keep but the loss's.
#include "lovasz_softmax.h"

#include <bit>
#include <cstdint>
#include <type_traits>

#include "device/launch.h"
#include "device/memory.h"
#include "device/reduce.h"
#include "device/scan.h"
#include "device/segmented_sort.h"
#include "families.h"
#include "softmax_rows.h"

namespace lsk3d::cuda {
namespace {

using Count = unsigned long long;

template <typename T>
using KeyOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// Sorts after all rows that count.
template <typename T>
constexpr KeyOf<T> kIgnored = ~KeyOf<T>{0};

/// Bits of floats >= 0 are ordered as the floats are: larger errors get smaller keys.
template <typename T>
__device__ KeyOf<T> key_of(T error) {
  return static_cast<KeyOf<T>>(~std::bit_cast<KeyOf<T>>(error) - 1);
}
template <typename T>
__device__ T error_of(KeyOf<T> key) {
  return std::bit_cast<T>(static_cast<KeyOf<T>>(~(key + 1)));
}

struct Rows {
  const std::int32_t* labels;
  std::int64_t n;
  int classes, ignore;
};

/// counts[c] += rows of class c.
__global__ void count_labels_kernel(Rows rows, Count* counts) {
  const std::int64_t steps = (rows.n + item_step() - 1) / item_step();  // whole warps stay together
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t i = first_item() + step * item_step();
    const std::int32_t label = i < rows.n ? rows.labels[i] : rows.ignore;
    const unsigned peers = __match_any_sync(kAllLanes, label);
    const bool first = (peers & ((1u << threadIdx.x % 32) - 1)) == 0;
    if (first && label != rows.ignore) atomicAdd(&counts[label], static_cast<Count>(__popc(peers)));
  }
}

/// inverse[0] = 1 / classes that have a row, 0 where none has.
__global__ void inverse_present_kernel(const Count* counts, int classes, double* inverse) {
  int present = 0;
  for (int c = 0; c < classes; ++c) present += counts[c] > 0;
  *inverse = present ? 1.0 / present : 0.0;
}

/// Per class and row: the error |own − p| as a key, and the row with a bit that says whether it is of
/// the class.
template <typename T>
__global__ void errors_kernel(Rows rows, const T* logits, KeyedRows<KeyOf<T>> out) {
  for (std::int64_t i = first_item(); i < rows.n; i += item_step()) {
    const std::int32_t label = rows.labels[i];
    const SoftmaxRow<T> softmax(logits + i * rows.classes, rows.classes);
    for (int c = 0; c < rows.classes; ++c) {
      const bool own = label == c && label != rows.ignore;
      const T p = softmax.p(c), error = std::abs(own ? T{1} - p : p);
      out.keys[c * rows.n + i] = label == rows.ignore ? kIgnored<T> : key_of(error);
      out.items[c * rows.n + i] = static_cast<std::uint32_t>(i) << 1 | std::uint32_t{own};
    }
  }
}

/// hits[class, tile] = rows of the class among the tile's sorted rows. Grid: tiles, classes.
__global__ void tile_hits_kernel(const std::uint32_t* items, std::int64_t n, std::uint32_t* hits) {
  const std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  std::uint32_t total;
  block_exclusive_scan(i < n ? items[blockIdx.y * n + i] & 1 : 0u, total);
  if (threadIdx.x == 0) hits[std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x] = total;
}

/// Jaccard loss of the first `count` sorted rows, `hits` of which are among the class's `total`.
__device__ double jaccard(double total, double count, double hits) {
  return 1 - (total - hits) / (total + count - hits);
}

/// Loss of each tile, and per (class, row) the loss's derivative after the probability.
template <typename T>
__global__ void jaccard_kernel(KeyedRows<KeyOf<T>> sorted, std::int64_t n, const Count* counts,
                               const std::uint32_t* hits_before, T* derivative, double* parts) {
  const std::int64_t tile = std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x;
  const std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x, at = blockIdx.y * n + i;
  const KeyOf<T> key = i < n ? sorted.keys[at] : kIgnored<T>;
  const std::uint32_t item = i < n ? sorted.items[at] : 0u;
  std::uint32_t total_hits;
  const std::uint32_t before =
      hits_before[tile] + block_exclusive_scan(i < n ? item & 1 : 0u, total_hits);
  const double total = static_cast<double>(counts[blockIdx.y]);
  double loss = 0;
  if (key != kIgnored<T> && total > 0) {
    const bool own = item & 1;
    const double count = static_cast<double>(i), hits = static_cast<double>(before);
    const double slope =
        jaccard(total, count + 1, own ? hits + 1 : hits) - jaccard(total, count, hits);
    loss = slope * static_cast<double>(error_of<T>(key));
    derivative[blockIdx.y * n + (item >> 1)] = static_cast<T>(own ? -slope : slope);
  }
  loss = block_sum(loss);
  if (threadIdx.x == 0) parts[tile] = loss;
}

/// Through the softmax: p ⊙ (d − Σ p d), d = derivative / classes present.
template <typename T>
__global__ void gradient_kernel(Rows rows, const T* logits, const Count* counts, const double* inverse,
                                const T* derivative, T* grad_logits) {
  for (std::int64_t i = first_item(); i < rows.n; i += item_step()) {
    T* grad = grad_logits + i * rows.classes;
    if (rows.labels[i] == rows.ignore) {
      for (int c = 0; c < rows.classes; ++c) grad[c] = 0;
      continue;
    }
    const SoftmaxRow<T> softmax(logits + i * rows.classes, rows.classes);
    const T scale = static_cast<T>(*inverse);
    T dot = 0;
    for (int c = 0; c < rows.classes; ++c) {
      grad[c] = counts[c] > 0 ? derivative[c * rows.n + i] * scale : T{0};
      dot += softmax.p(c) * grad[c];
    }
    for (int c = 0; c < rows.classes; ++c) grad[c] = softmax.p(c) * (grad[c] - dot);
  }
}

template <typename T>
void lovasz_typed(const LossArgs& a) {
  using Key = KeyOf<T>;
  const Rows rows{a.labels, a.n, a.classes, a.ignore};
  const T* logits = static_cast<const T*>(a.logits);
  const std::int64_t elements = a.n * a.classes, tiles = ceil_div(a.n, kThreads);
  const dim3 tile_grid(static_cast<unsigned>(tiles), static_cast<unsigned>(a.classes));
  const cudaStream_t stream = current_stream();

  Buffer<Count> counts(a.classes);
  counts.zero();
  Buffer<double> inverse(1), parts(tiles * a.classes);
  launch(count_labels_kernel, blocks_for(a.n), kThreads, 0, stream, rows, counts.data());
  launch(inverse_present_kernel, 1, 1, 0, stream, counts.data(), a.classes, inverse.data());

  Buffer<Key> keys(2 * elements);
  Buffer<std::uint32_t> items(2 * elements), hits(tiles * a.classes);
  const KeyedRows<Key> unsorted{keys.data(), items.data()};
  launch(errors_kernel<T>, blocks_for(a.n), kThreads, 0, stream, rows, logits, unsorted);
  const KeyedRows<Key> sorted = segmented_sort<Key>(
      unsorted, {keys.data() + elements, items.data() + elements}, a.n, a.classes);

  Buffer<T> derivative(elements);
  launch(tile_hits_kernel, tile_grid, kThreads, 0, stream, sorted.items, a.n, hits.data());
  launch(exclusive_scan_kernel<std::uint32_t>, dim3(static_cast<unsigned>(a.classes)), kThreads, 0,
         stream, hits.data(), tiles, nullptr);
  launch(jaccard_kernel<T>, tile_grid, kThreads, 0, stream, sorted, a.n, counts.data(), hits.data(),
         derivative.data(), parts.data());
  launch(sum_all<T>, 1, kThreads, 0, stream, parts.data(), parts.size(), inverse.data(),
         static_cast<T*>(a.loss));
  if (a.grad_logits)
    launch(gradient_kernel<T>, blocks_for(a.n), kThreads, 0, stream, rows, logits, counts.data(),
           inverse.data(), derivative.data(), static_cast<T*>(a.grad_logits));
}

}  // namespace

void lovasz_softmax(const LossArgs& a) {
  with_float_type(a.dtype, [&](auto type) { lovasz_typed<decltype(type)>(a); });
}

}  // namespace lsk3d::cuda
