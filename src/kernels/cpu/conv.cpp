// SPDX-License-Identifier: MIT
// Sparse convolution. Forward and input gradient are output-stationary: a thread owns a tile of
// output rows, small enough for the cache, and walks all offsets inside it. The weight gradient is
// offset-stationary. Neither needs atomics, and each sum has one fixed order.
#include "lsk3d/kernels/conv.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/active_blocks.h"
#include "cpu/bf16_product.h"
#include "cpu/conv_bf16.h"
#include "cpu/cpu_kernels.h"
#include "cpu/micro_kernel.h"
#include "cpu/tile_pairs.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d {
namespace {

/// Bytes of output rows that a tile may have: 3/8 of a core's second-level cache, so that they stay
/// there beside the rows they read and the weights that stream past.
std::int64_t tile_bytes() {
  static const std::int64_t bytes =
      std::max<std::int64_t>(512 << 10, sysconf(_SC_LEVEL2_CACHE_SIZE) / 8 * 3);
  return bytes;
}

/// Output rows of a tile. The tiles of all threads are of one size, so that none waits for the last.
std::int64_t tile_rows(std::int64_t rows, int columns, std::size_t element) {
  const auto row_bytes = static_cast<std::int64_t>(static_cast<std::size_t>(columns) * element);
  const std::int64_t most = std::clamp<std::int64_t>(tile_bytes() / row_bytes, 256, 8192);
  const std::int64_t round = most * num_threads();
  const std::int64_t tiles = std::max<std::int64_t>(1, (rows + round - 1) / round) * num_threads();
  return std::max<std::int64_t>(256, (rows + tiles - 1) / tiles);
}

/// Weights as the micro-kernel reads them: [K, C_read, C_write padded to whole vectors].
template <typename T>
struct PreparedWeights {
  const T* data = nullptr;
  std::int64_t row_stride = 0, offset_stride = 0;
  Tensor storage;
};

template <typename T>
PreparedWeights<T> prepare_weights(const ConvForwardArgs& a,
                                   std::span<const std::int32_t> offsets) {
  const int read = a.input_gradient ? a.c_out : a.c_in, write = a.input_gradient ? a.c_in : a.c_out;
  const T* weight = static_cast<const T*>(a.weight);
  PreparedWeights<T> prepared;
  prepared.row_stride = padded_columns<T>(write);
  prepared.offset_stride = read * prepared.row_stride;
  if (!a.input_gradient && prepared.row_stride == write) {
    prepared.data = weight;
    return prepared;
  }
  prepared.storage = Tensor::empty({a.pairs.offsets() * prepared.offset_stride}, dtype_of<T>());
  T* target = prepared.storage.template data<T>();
  prepared.data = target;
  const MicroKernels<T>& kernels = micro_kernels<T>();
  parallel_for(static_cast<std::int64_t>(offsets.size()), 8,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t n = begin; n < end; ++n) {
                   const std::int64_t k = offsets[static_cast<std::size_t>(n)];
                   const T* from = weight + k * a.c_in * a.c_out;
                   T* to = target + k * prepared.offset_stride;
                   if (a.input_gradient)
                     kernels.transpose(from, write, read, to, prepared.row_stride);
                   for (int r = 0; r < read; ++r) {
                     T* row = to + r * prepared.row_stride;
                     if (!a.input_gradient) std::copy_n(from + r * a.c_out, write, row);
                     std::fill(row + write, row + prepared.row_stride, T(0));
                   }
                 }
               });
  return prepared;
}

template <typename T>
void conv_forward(const ConvForwardArgs& a) {
  const int read = a.input_gradient ? a.c_out : a.c_in, write = a.input_gradient ? a.c_in : a.c_out;
  const ActiveBlocks active(a.active, a.pairs.offsets(), a.c_in, a.c_out, a.input_gradient);
  const auto weights = prepare_weights<T>(a, active.offsets());
  const auto& kernels = micro_kernels<T>();
  const std::int64_t tile = tile_rows(a.output_rows, write, sizeof(T));
  const TilePairs pairs(a.pairs, active.offsets(), a.input_gradient, a.output_rows, tile);
  T* output = static_cast<T*>(a.output);
  parallel_for(a.output_rows, tile, [&](std::int64_t begin, std::int64_t end) {
    std::memset(output + begin * write, 0,
                static_cast<std::size_t>((end - begin) * write) * sizeof(T));
    GatherProduct<T> product;
    product.input = static_cast<const T*>(a.input);
    product.input_stride = read;
    product.weight_stride = weights.row_stride;
    product.output = output;
    product.output_stride = write;
    product.segments = active.segments();
    product.next_weight_bytes = weights.offset_stride * static_cast<std::int64_t>(sizeof(T));
    // An offset is computed once the next one with work here is known, whose rows and weights are
    // fetched meanwhile.
    OffsetPairs now;
    std::size_t position = 0;  // of `now` in active.offsets()
    const auto compute = [&](const OffsetPairs& next, std::size_t next_position) {
      const auto weight_of = [&](std::size_t i) {
        return weights.data + active.offsets()[i] * weights.offset_stride;
      };
      product.in_rows = now.in;
      product.out_rows = now.out;
      product.count = now.count;
      product.weight = weight_of(position);
      product.strips = active.strips(position).data();
      product.strip_count = active.strips(position).size();
      product.next_in_rows = next.in;
      product.next_out_rows = next.out;
      product.next_count = next.count;
      product.next_weight = weight_of(next_position);
      kernels.gather_product(product);
    };
    for (std::size_t n = 0; n < active.offsets().size(); ++n) {
      const OffsetPairs next = pairs.at(begin / tile, n);
      if (next.count == 0) continue;
      if (now.count > 0) compute(next, n);
      now = next;
      position = n;
    }
    if (now.count > 0) compute({}, position);
  });
}

constexpr std::int64_t kSegment = 16384;   // pairs of one offset that one task sums
constexpr std::int64_t kChunk = 64;        // pairs whose rows stay in the first-level cache
constexpr std::size_t kGroup = 48;         // most offsets that one task sums, tile by tile
constexpr std::size_t kGroups = 16;        // groups to make, unless there are too many offsets
constexpr std::int64_t kGroupTile = 2048;  // output rows that stay in the second-level cache

/// A part of one offset's pairs, and where its sum goes.
template <typename T>
struct SegmentTask {
  std::size_t position = 0;  // in ActiveBlocks::offsets()
  std::int64_t begin = 0, end = 0;
  T* sum = nullptr;  // [C_in, padded C_out]
};

/// Calls visit(column, columns) for each run of written channels that a segment concerns.
template <typename Visit>
void for_each_run(const ColumnStrip& strip, const ChannelSegment& segment, Visit visit) {
  if (strip.dense) return visit(strip.column, strip.columns);
  for (int j = 0; j < kStripBlocks;) {
    if ((segment.blocks >> j & 1) == 0) {
      ++j;
      continue;
    }
    const int first = j;
    while (j < kStripBlocks && (segment.blocks >> j & 1) != 0) ++j;
    visit(strip.column + first * kBlockChannels,
          std::min(j * kBlockChannels, strip.columns) - first * kBlockChannels);
  }
}

/// Sums the outer products of a task's pairs over its active blocks. The first rows of `next` are
/// fetched meanwhile.
template <typename T>
void sum_segment(const ConvWeightGradArgs& a, const ActiveBlocks& active,
                 const SegmentTask<T>& task, const SegmentTask<T>& next, std::int64_t stride) {
  const std::int32_t k = active.offsets()[task.position];
  const auto& kernels = micro_kernels<T>();
  OuterProduct<T> product;
  product.left_stride = a.c_in;
  product.sum_stride = stride;
  const T* input = static_cast<const T*>(a.input);
  const T* grad = static_cast<const T*>(a.grad_output);
  std::vector<T> padded;
  std::vector<std::int32_t> padded_rows;
  if (stride != a.c_out) {
    padded.assign(static_cast<std::size_t>(kChunk * stride), T(0));
    for (std::int64_t i = 0; i < kChunk; ++i) padded_rows.push_back(static_cast<std::int32_t>(i));
  }
  for (std::int64_t i = task.begin; i < task.end; i += kChunk) {
    product.count = std::min(kChunk, task.end - i);
    product.left_rows = a.pairs.in(k) + i;
    product.right_rows = a.pairs.out(k) + i;
    const bool more = i + kChunk < task.end;
    const std::int32_t next_k = more ? k : active.offsets()[next.position];
    const std::int64_t next_begin = more ? i + kChunk : next.begin;
    product.next_left_rows = a.pairs.in(next_k) + next_begin;
    product.next_right_rows = a.pairs.out(next_k) + next_begin;
    product.next_count = std::min(kChunk, (more ? task.end : next.end) - next_begin);
    const T* right = grad;
    product.right_stride = a.c_out;
    if (!padded.empty()) {
      for (std::int64_t r = 0; r < product.count; ++r)
        std::copy_n(grad + std::int64_t{product.right_rows[r]} * a.c_out, a.c_out,
                    padded.data() + r * stride);
      right = padded.data();
      product.right_rows = padded_rows.data();
      product.next_count = 0;
      product.right_stride = stride;
    }
    for (const ColumnStrip& strip : active.strips(task.position))
      for (const ChannelSegment& segment : active.segments(strip)) {
        product.left = input + segment.begin;
        product.left_columns = segment.end - segment.begin;
        for_each_run(strip, segment, [&](int column, int columns) {
          product.right = right + column;
          product.right_columns = padded_columns<T>(columns);
          product.sum = task.sum + segment.begin * stride + column;
          kernels.outer_product(product);
        });
      }
  }
}

/// Sums several offsets of one segment each. Tile by tile of output rows, so that the rows one
/// offset has fetched are still near when the next one wants them; each offset's pairs in order all
/// the same.
template <typename T>
void sum_group(const ConvWeightGradArgs& a, const ActiveBlocks& active,
               std::span<const SegmentTask<T>> tasks, std::int64_t stride) {
  std::vector<std::int64_t> done(tasks.size(), 0);
  SegmentTask<T> now = tasks.front();
  now.end = now.begin;  // nothing yet
  bool more = true;
  for (std::int64_t tile_end = kGroupTile; more; tile_end += kGroupTile) {
    more = false;
    for (std::size_t n = 0; n < tasks.size(); ++n) {
      SegmentTask<T> part = tasks[n];
      const std::int32_t* out = a.pairs.out(active.offsets()[part.position]);
      part.begin = done[n];
      part.end = std::lower_bound(out + part.begin, out + part.end, tile_end) - out;
      done[n] = part.end;
      more |= part.end < tasks[n].end;
      if (part.begin == part.end) continue;
      sum_segment(a, active, now, part, stride);
      now = part;
    }
  }
  sum_segment(a, active, now, now, stride);
}

/// Adds the partial sums of an offset in order and drops the padding.
template <typename T>
void collect(const T* parts, std::int64_t count, std::int64_t stride, int c_in, int c_out,
             T* target) {
  std::fill_n(target, std::int64_t{c_in} * c_out, T(0));
  for (std::int64_t p = 0; p < count; ++p)
    for (int c = 0; c < c_in; ++c) {
      const T* part = parts + (p * c_in + c) * stride;
      T* row = target + std::int64_t{c} * c_out;
      for (int j = 0; j < c_out; ++j) row[j] += part[j];
    }
}

template <typename T>
void conv_weight_grad(const ConvWeightGradArgs& a) {
  const ActiveBlocks active(a.active, a.pairs.offsets(), a.c_in, a.c_out);
  const std::int64_t stride = padded_columns<T>(a.c_out);
  const std::int64_t block = a.c_in * stride, slab = std::int64_t{a.c_in} * a.c_out;
  T* grad = static_cast<T*>(a.grad_weight);
  std::memset(grad, 0, static_cast<std::size_t>(a.pairs.offsets() * slab) * sizeof(T));
  // Offsets of one segment, unpadded, are summed in place; the others by way of `parts`.
  const auto segments = [&](std::int32_t k) {
    return (a.pairs.count(k) + kSegment - 1) / kSegment;
  };
  const auto in_place = [&](std::int32_t k) { return stride == a.c_out && segments(k) <= 1; };
  std::int64_t part_count = 0;
  for (std::int32_t k : active.offsets())
    if (!in_place(k)) part_count += segments(k);
  Tensor parts = Tensor::zeros({part_count * block}, dtype_of<T>());
  std::vector<SegmentTask<T>> tasks;
  struct Collection {
    const T* parts;
    std::int64_t count;
    T* target;
  };
  std::vector<Collection> collections;
  T* next = parts.template data<T>();
  for (std::size_t n = 0; n < active.offsets().size(); ++n) {
    const std::int32_t k = active.offsets()[n];
    if (!in_place(k)) collections.push_back({next, segments(k), grad + k * slab});
    for (std::int64_t s = 0; s < segments(k); ++s) {
      T* sum = in_place(k) ? grad + k * slab : next;
      if (!in_place(k)) next += block;
      tasks.push_back({n, s * kSegment, std::min((s + 1) * kSegment, a.pairs.count(k)), sum});
    }
  }
  // Offsets of several segments first, since they take longest; the others in groups.
  const auto is_single = [&](const SegmentTask<T>& task) {
    return segments(active.offsets()[task.position]) == 1;
  };
  const auto single = std::stable_partition(
      tasks.begin(), tasks.end(), [&](const SegmentTask<T>& task) { return !is_single(task); });
  const std::int64_t parted = single - tasks.begin();
  const std::span<const SegmentTask<T>> all(tasks);
  const std::size_t rest = all.size() - static_cast<std::size_t>(parted);
  const std::size_t group = std::clamp<std::size_t>(rest / kGroups, 1, kGroup);
  const auto groups = static_cast<std::int64_t>((rest + group - 1) / group);
  parallel_for(parted + groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      if (t < parted) {
        const auto& task = all[static_cast<std::size_t>(t)];
        sum_segment(a, active, task, task, stride);
        continue;
      }
      const std::size_t first =
          static_cast<std::size_t>(parted) + static_cast<std::size_t>(t - parted) * group;
      sum_group(a, active, all.subspan(first, std::min(group, all.size() - first)), stride);
    }
  });
  parallel_for(static_cast<std::int64_t>(collections.size()), 4,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const Collection& c = collections[static_cast<std::size_t>(i)];
                   collect(c.parts, c.count, stride, a.c_in, a.c_out, c.target);
                 }
               });
}

/// `count` numbers rounded to bfloat16 but kept as f32.
Tensor rounded(const void* values, std::int64_t count) {
  Tensor result = Tensor::empty({count});
  float* to = result.data<float>();
  const float* from = static_cast<const float*>(values);
  parallel_for(count, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint32_t bits = std::uint32_t{round_to_bf16(from[i])} << 16;
      std::memcpy(to + i, &bits, sizeof bits);
    }
  });
  return result;
}

void forward_bf16(const ConvForwardArgs& a) {
  LSK3D_ASSERT(a.dtype == DType::f32 && !a.input_gradient, "bf16 is for forward passes in f32");
  const ActiveBlocks active(a.active, a.pairs.offsets(), a.c_in, a.c_out);
  if (conv_forward_bf16(a, active, tile_rows(a.output_rows, a.c_out, sizeof(float)))) return;
  // No bf16 arithmetic here: the same numbers by way of f32.
  const Tensor input = rounded(a.input, a.input_rows * a.c_in);
  const Tensor weight = rounded(a.weight, a.pairs.offsets() * a.c_in * a.c_out);
  ConvForwardArgs f32 = a;
  f32.input = input.raw();
  f32.weight = weight.raw();
  conv_forward<float>(f32);
}

void forward(const ConvForwardArgs& a) {
  if (a.bf16) forward_bf16(a);
  else if (a.dtype == DType::f64) conv_forward<double>(a);
  else conv_forward<float>(a);
}

void weight_grad(const ConvWeightGradArgs& a) {
  if (a.dtype == DType::f64) conv_weight_grad<double>(a);
  else conv_weight_grad<float>(a);
}

}  // namespace

ConvKernels cpu_conv_kernels() { return {.forward = forward, .weight_grad = weight_grad}; }

}  // namespace lsk3d
