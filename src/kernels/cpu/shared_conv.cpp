// SPDX-License-Identifier: MIT
// Spatial-wise group convolution. Per tile of output rows and group, the rows that the group's
// offsets read are added up first; the sums then meet the group's weight in one product. No
// atomics, and each sum has one fixed order.
#include "lsk3d/kernels/shared_conv.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "cpu/channel_rows.h"
#include "cpu/cpu_kernels.h"
#include "cpu/float_type.h"
#include "cpu/micro_kernel.h"
#include "cpu/row_tile.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d {
namespace {

/// Sums of input rows for the output rows of one tile, group by group.
template <typename T>
class GroupSums {
 public:
  GroupSums(const PairLists& pairs, const OffsetGroups& groups, const void* input,
            std::int64_t channels, bool input_gradient, std::int64_t begin, std::int64_t end)
      : pairs_(pairs),
        groups_(groups),
        input_(static_cast<const T*>(input)),
        channels_(channels),
        input_gradient_(input_gradient),
        begin_(begin),
        end_(end),
        place_(static_cast<std::size_t>(end - begin)) {}

  /// Forms the sums of group `g`: rows [count(), channels] for the output rows that read anything.
  void form(std::int64_t g) {
    const std::int32_t first = groups_.start[static_cast<std::size_t>(g)],
                       last = groups_.start[static_cast<std::size_t>(g) + 1];
    parts_.clear();
    std::fill(place_.begin(), place_.end(), -1);
    for (std::int32_t n = first; n < last; ++n) {
      const PairRange part = pairs_of_rows(pairs_, groups_.offsets[static_cast<std::size_t>(n)],
                                           input_gradient_, begin_, end_);
      if (part.count == 0) continue;
      parts_.push_back(part);
      for (std::int64_t i = 0; i < part.count; ++i)
        place_[static_cast<std::size_t>(part.to[i] - begin_)] = 0;
    }
    out_rows_.clear();
    for (std::size_t r = 0; r < place_.size(); ++r) {
      if (place_[r] < 0) continue;
      place_[r] = static_cast<std::int32_t>(out_rows_.size());
      out_rows_.push_back(static_cast<std::int32_t>(begin_) + static_cast<std::int32_t>(r));
    }
    sums_.assign(out_rows_.size() * static_cast<std::size_t>(channels_), T(0));
    for (const PairRange& part : parts_) {
      targets_.resize(static_cast<std::size_t>(part.count));
      for (std::int64_t i = 0; i < part.count; ++i)
        targets_[static_cast<std::size_t>(i)] =
            place_[static_cast<std::size_t>(part.to[i] - begin_)];
      channel_row_kernels<T>().add({.in_rows = part.from,
                                    .out_rows = targets_.data(),
                                    .count = part.count,
                                    .input = input_,
                                    .output = sums_.data(),
                                    .channels = channels_});
    }
    while (numbers_.size() < out_rows_.size())
      numbers_.push_back(static_cast<std::int32_t>(numbers_.size()));
  }

  std::int64_t count() const { return static_cast<std::int64_t>(out_rows_.size()); }
  const std::int32_t* out_rows() const { return out_rows_.data(); }  // increasing
  const std::int32_t* numbers() const { return numbers_.data(); }  // 0, 1, … of the rows of sums()
  const T* sums() const { return sums_.data(); }

 private:
  const PairLists& pairs_;
  const OffsetGroups& groups_;
  const T* input_;
  std::int64_t channels_;
  bool input_gradient_;
  std::int64_t begin_, end_;
  std::vector<PairRange> parts_;
  std::vector<std::int32_t> place_;  // of each output row of the tile among those that read; or -1
  std::vector<std::int32_t> out_rows_, targets_, numbers_;
  std::vector<T> sums_;
};

/// Weights as the micro-kernel reads them: [groups, C_read, C_write padded to whole vectors].
template <typename T>
Tensor padded_weights(const SharedConvForwardArgs& a, std::int64_t read, std::int64_t write,
                      std::int64_t stride) {
  Tensor padded = Tensor::zeros({a.groups.count(), read, stride}, dtype_of<T>());
  const T* from = static_cast<const T*>(a.weight);
  T* to = padded.template data<T>();
  for (std::int64_t g = 0; g < a.groups.count(); ++g)
    for (std::int64_t r = 0; r < read; ++r)
      for (std::int64_t w = 0; w < write; ++w)
        to[(g * read + r) * stride + w] =
            from[a.input_gradient ? (g * write + w) * read + r : (g * read + r) * write + w];
  return padded;
}

template <typename T>
void shared_forward(const SharedConvForwardArgs& a) {
  const int read = a.input_gradient ? a.c_out : a.c_in, write = a.input_gradient ? a.c_in : a.c_out;
  const std::int64_t stride = padded_columns<T>(write);
  const Tensor weights = padded_weights<T>(a, read, write, stride);
  const T* weight = weights.template data<T>();
  T* output = static_cast<T*>(a.output);
  const ChannelSegment all{0, read, (1u << kStripBlocks) - 1};
  const ColumnStrip strip{0, write, 0, 1, /*dense=*/true};
  parallel_for(a.output_rows, rows_per_tile(std::max(read, write), sizeof(T)),
               [&](std::int64_t begin, std::int64_t end) {
                 std::memset(output + begin * write, 0,
                             static_cast<std::size_t>((end - begin) * write) * sizeof(T));
                 GroupSums<T> sums(a.pairs, a.groups, a.input, read, a.input_gradient, begin, end);
                 for (std::int64_t g = 0; g < a.groups.count(); ++g) {
                   sums.form(g);
                   if (sums.count() == 0) continue;
                   micro_kernels<T>().gather_product({.in_rows = sums.numbers(),
                                                      .out_rows = sums.out_rows(),
                                                      .count = sums.count(),
                                                      .input = sums.sums(),
                                                      .input_stride = read,
                                                      .weight = weight + g * read * stride,
                                                      .weight_stride = stride,
                                                      .output = output,
                                                      .output_stride = write,
                                                      .strips = &strip,
                                                      .strip_count = 1,
                                                      .segments = &all});
                 }
               });
}

constexpr std::int64_t kMostParts = 16;  // sums of a group's gradient that are formed side by side

/// Adds the products of one tile of output rows to `sums` [groups, C_in, stride].
template <typename T>
void add_tile(const SharedConvWeightGradArgs& a, std::int64_t begin, std::int64_t end,
              std::int64_t stride, T* sums) {
  GroupSums<T> left(a.pairs, a.groups, a.input, a.c_in, false, begin, end);
  const T* grad = static_cast<const T*>(a.grad_output);
  std::vector<T> right(static_cast<std::size_t>((end - begin) * stride), T(0));  // whole vectors
  for (std::int64_t r = begin; r < end; ++r)
    std::copy_n(grad + r * a.c_out, a.c_out, right.data() + (r - begin) * stride);
  std::vector<std::int32_t> right_rows;
  for (std::int64_t g = 0; g < a.groups.count(); ++g) {
    left.form(g);
    right_rows.assign(left.out_rows(), left.out_rows() + left.count());
    for (std::int32_t& row : right_rows) row -= static_cast<std::int32_t>(begin);
    constexpr std::int64_t kChunk = 64;  // rows that stay in the first-level cache
    for (std::int64_t i = 0; i < left.count(); i += kChunk)
      micro_kernels<T>().outer_product({.left_rows = left.numbers() + i,
                                        .right_rows = right_rows.data() + i,
                                        .count = std::min(kChunk, left.count() - i),
                                        .left = left.sums(),
                                        .left_stride = a.c_in,
                                        .right = right.data(),
                                        .right_stride = stride,
                                        .sum = sums + g * a.c_in * stride,
                                        .sum_stride = stride,
                                        .left_columns = a.c_in,
                                        .right_columns = static_cast<int>(stride)});
  }
}

template <typename T>
void shared_weight_grad(const SharedConvWeightGradArgs& a) {
  const std::int64_t stride = padded_columns<T>(a.c_out);
  const std::int64_t size = a.groups.count() * a.c_in * stride;
  // Each part sums a run of tiles in order; parts are then added in order.
  const std::int64_t tile = rows_per_tile(std::max(a.c_in, a.c_out), sizeof(T));
  const std::int64_t tiles = (a.rows_out + tile - 1) / tile;
  const std::int64_t run = std::max<std::int64_t>(1, (tiles + kMostParts - 1) / kMostParts);
  const std::int64_t part_count = (tiles + run - 1) / run;
  Tensor parts = Tensor::zeros({part_count, size}, dtype_of<T>());
  T* sums = parts.template data<T>();
  parallel_for(tiles, run, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t)
      add_tile(a, t * tile, std::min((t + 1) * tile, a.rows_out), stride,
               sums + begin / run * size);
  });
  T* grad = static_cast<T*>(a.grad_weight);
  parallel_for(a.groups.count() * a.c_in, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      for (int j = 0; j < a.c_out; ++j) {
        T sum = 0;
        for (std::int64_t p = 0; p < part_count; ++p) sum += sums[p * size + row * stride + j];
        grad[row * a.c_out + j] = sum;
      }
  });
}

void forward(const SharedConvForwardArgs& a) {
  with_float_type(a.dtype, [&](auto type) { shared_forward<decltype(type)>(a); });
}

void weight_grad(const SharedConvWeightGradArgs& a) {
  with_float_type(a.dtype, [&](auto type) { shared_weight_grad<decltype(type)>(a); });
}

}  // namespace

SharedConvKernels cpu_shared_conv_kernels() {
  return {.forward = forward, .weight_grad = weight_grad};
}

}  // namespace lsk3d
