// SPDX-License-Identifier: MIT
#include "cpu/micro_kernel.h"

#include <cstring>

// Sizeless vector types cannot form the arrays of accumulators below.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/micro_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once per instruction set
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lsk3d {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kLine = 64;  // bytes of a cache line

// Rows of one register block: with two vectors a row, 12 accumulators fill the 16 registers of
// AVX2, 24 the 32 registers of AVX-512 and NEON.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR || \
    HWY_TARGET == HWY_EMU128
constexpr int kRows = 6;
#else
constexpr int kRows = 12;
#endif

/// Memory that will be wanted soon, as pairs of cache lines. A product asks for one at every step,
/// between its arithmetic: all at once they would wait for each other, and the hardware cannot
/// foresee a gather.
class FetchAhead {
 public:
  /// `bytes`: of the rows that will be added.
  FetchAhead(const void* any, std::int64_t bytes) : bytes_(bytes) {
    for (std::int64_t& lines : lines_) lines = reinterpret_cast<std::int64_t>(any);
  }
  void restart() { at_ = end_ = 0; }
  template <typename T>
  HWY_INLINE void add_rows(const T* base, std::int64_t stride, const std::int32_t* rows,
                           int count) {
    const std::int64_t stride_bytes = stride * static_cast<int>(sizeof(T));
    if (count == kRows) {
      add_all_rows(base, stride_bytes, rows);
      return;
    }
    for (int r = 0; r < count; ++r)
      add_bytes(reinterpret_cast<const char*>(base) + rows[r] * stride_bytes, bytes_);
  }
  /// What there is no room for is left to chance.
  HWY_INLINE void add_bytes(const void* begin, std::int64_t bytes) {
    const char* lines = static_cast<const char*>(begin);
    for (const char* end = lines + bytes; lines < end && end_ < kMost; lines += 2 * kLine)
      lines_[end_++] = reinterpret_cast<std::int64_t>(lines);
  }
  /// The next pair of lines; after the last one old ones again, which costs little.
  HWY_INLINE void fetch_two() {
    const char* lines = reinterpret_cast<const char*>(lines_[at_++ % kMost]);
    hwy::Prefetch(lines);
    hwy::Prefetch(lines + kLine);
  }

 private:
  /// Several addresses at once: one by one they cost a product some hundredths of its time.
  HWY_INLINE void add_all_rows(const void* base, std::int64_t stride_bytes,
                               const std::int32_t* rows) {
    const hn::CappedTag<std::int64_t, kRows % 4 == 0 ? 4 : 2> d64;
    const hn::Rebind<std::int32_t, decltype(d64)> d32;
    constexpr int kLanes = static_cast<int>(hn::MaxLanes(d64));
    static_assert(kRows % kLanes == 0);
    const auto stride = hn::Set(d64, stride_bytes);
    const auto first = hn::Set(d64, reinterpret_cast<std::int64_t>(base));
#pragma GCC unroll 6
    for (int r = 0; r < kRows; r += kLanes) {
      const auto row = hn::PromoteTo(d64, hn::LoadU(d32, rows + r));
      auto line = hn::Add(first, hn::Mul(row, stride));
      for (std::int64_t offset = 0; offset < bytes_ && end_ + kLanes <= kMost;
           offset += 2 * kLine, end_ += kLanes) {
        hn::StoreU(line, d64, lines_ + end_);
        line = hn::Add(line, hn::Set(d64, 2 * kLine));
      }
    }
  }

  // Of as many packed rows of 64 channels, read and written, as a product works on, and of some
  // weights.
  static constexpr unsigned kMost = 128;
  std::int64_t lines_[kMost];
  unsigned at_ = 0, end_ = 0;
  std::int64_t bytes_;
};

/// Pairs, and the columns of a strip, that one register block works on.
struct BlockOfRows {
  const std::int32_t* in_rows;
  const std::int32_t* out_rows;
  int count;  // pairs; where there are fewer than rows in the block, the last one is repeated
  int column, columns;
};

template <int kR, typename T>
HWY_INLINE void find_rows(const GatherProduct<T>& p, const BlockOfRows& at, const T* (&rows)[kR]) {
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
    rows[r] = p.input + at.in_rows[HWY_MIN(r, at.count - 1)] * p.input_stride;
}

/// output += one vector of sums, of which `valid` columns exist.
template <class D, typename T>
HWY_INLINE void add_to(D d, hn::Vec<D> sum, T* out, int valid) {
  const int lanes = static_cast<int>(hn::Lanes(d));
  if (valid >= lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, out), sum), d, out);
    return;
  }
  HWY_ALIGN T part[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(sum, d, part);
  for (int j = 0; j < valid; ++j) out[j] += part[j];
}

/// Channels that are read at a time: with two, the rows' addresses, for which there are too few
/// integer registers, are loaded half as often.
constexpr int kChannels = kRows == 12 ? 2 : 1;

/// sum += kC channels from `c` on of kR rows times their rows of weights, c in order.
template <int kR, int kV, int kC, class D, typename T>
HWY_INLINE void add_channels(D d, const T* const (&rows)[kR], int c, const T* w,
                             std::int64_t weight_stride, hn::Vec<D> (&sum)[kR][kV],
                             FetchAhead& ahead) {
  const int lanes = static_cast<int>(hn::Lanes(d));
  hn::Vec<D> weight[kC][kV];
  ahead.fetch_two();
#pragma GCC unroll 2
  for (int k = 0; k < kC; ++k)
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) weight[k][v] = hn::LoadU(d, w + k * weight_stride + v * lanes);
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 2
    for (int k = 0; k < kC; ++k) {
      const auto x = hn::Set(d, rows[r][c + k]);
#pragma GCC unroll 2
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(x, weight[k][v], sum[r][v]);
    }
}

/// Up to kR pairs by kV neighbouring vectors of columns, over the segments that have a bit of
/// `blocks`.
template <int kR, int kV, class D, typename T>
HWY_INLINE void product_block(D d, const GatherProduct<T>& p, const ColumnStrip& strip,
                              std::uint32_t blocks, const BlockOfRows& at, FetchAhead& ahead) {
  const int lanes = static_cast<int>(hn::Lanes(d));
  hn::Vec<D> sum[kR][kV];
  const T* rows[kR];
  find_rows<kR>(p, at, rows);
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) sum[r][v] = hn::Zero(d);
  const ChannelSegment* segments = p.segments + strip.first_segment;
  for (int i = 0; i < strip.segment_count; ++i) {
    if ((segments[i].blocks & blocks) == 0) continue;
    const T* w = p.weight + segments[i].begin * p.weight_stride + at.column;
    int c = segments[i].begin;
    for (; c + kChannels <= segments[i].end; c += kChannels, w += kChannels * p.weight_stride)
      add_channels<kR, kV, kChannels>(d, rows, c, w, p.weight_stride, sum, ahead);
    if (c < segments[i].end) add_channels<kR, kV, 1>(d, rows, c, w, p.weight_stride, sum, ahead);
  }
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
    if (r >= at.count) break;
    T* out = p.output + at.out_rows[r] * p.output_stride + at.column;
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) add_to(d, sum[r][v], out + v * lanes, at.columns - v * lanes);
  }
}

/// The smallest of three block heights that holds the pairs, kRows at most.
template <int kV, class D, typename T>
HWY_INLINE void product_rows(D d, const GatherProduct<T>& p, const ColumnStrip& strip,
                             std::uint32_t blocks, const BlockOfRows& at, FetchAhead& ahead) {
  constexpr int kLow = kRows / 3, kMiddle = 2 * kRows / 3;
  if (at.count > kMiddle) product_block<kRows, kV>(d, p, strip, blocks, at, ahead);
  else if (at.count > kLow) product_block<kMiddle, kV>(d, p, strip, blocks, at, ahead);
  else product_block<kLow, kV>(d, p, strip, blocks, at, ahead);
}

/// Columns [begin, end), two vectors at a time.
template <class D, typename T>
HWY_INLINE void product_columns(D d, const GatherProduct<T>& p, const ColumnStrip& strip,
                                std::uint32_t blocks, int begin, int end, BlockOfRows at,
                                FetchAhead& ahead) {
  const int lanes = static_cast<int>(hn::Lanes(d));
  int column = begin;
  for (; column + lanes < end; column += 2 * lanes) {
    at.column = column;
    at.columns = HWY_MIN(2 * lanes, end - column);
    product_rows<2>(d, p, strip, blocks, at, ahead);
  }
  if (column >= end) return;
  at.column = column;
  at.columns = end - column;
  product_rows<1>(d, p, strip, blocks, at, ahead);
}

// With vectors as wide as a block of channels, a strip of four is computed at once, the blocks that
// a segment concerns being known at compile time: a block by itself would need an element of the
// input from memory for every product.

constexpr int kSparseRows = kRows / 2;

/// sum += kC channels from `c` on of kR rows times the blocks of kBlocks.
template <unsigned kBlocks, int kC, int kR, class D, typename T>
HWY_INLINE void add_block_channels(D d, const T* const (&rows)[kR], int c, const T* w,
                                   std::int64_t weight_stride,
                                   hn::Vec<D> (&sum)[kR][kStripBlocks]) {
  hn::Vec<D> weight[kC][kStripBlocks];
#pragma GCC unroll 2
  for (int k = 0; k < kC; ++k)
#pragma GCC unroll 4
    for (int j = 0; j < kStripBlocks; ++j)
      if (kBlocks >> j & 1) weight[k][j] = hn::LoadU(d, w + k * weight_stride + j * kBlockChannels);
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 2
    for (int k = 0; k < kC; ++k) {
      const auto x = hn::Set(d, rows[r][c + k]);
#pragma GCC unroll 4
      for (int j = 0; j < kStripBlocks; ++j)
        if (kBlocks >> j & 1) sum[r][j] = hn::MulAdd(x, weight[k][j], sum[r][j]);
    }
}

/// sum += the segment's channels of kR rows times the blocks of kBlocks.
template <unsigned kBlocks, int kR, class D, typename T>
HWY_INLINE void add_segment(D d, const GatherProduct<T>& p, const ChannelSegment& segment,
                            const T* const (&rows)[kR], int column,
                            hn::Vec<D> (&sum)[kR][kStripBlocks], FetchAhead& ahead) {
  const T* w = p.weight + segment.begin * p.weight_stride + column;
  int c = segment.begin;
  for (; c + 2 <= segment.end; c += 2, w += 2 * p.weight_stride) {
    ahead.fetch_two();
    if constexpr (kBlocks == 15) {  // too few registers for the weights of two channels
      add_block_channels<kBlocks, 1>(d, rows, c, w, p.weight_stride, sum);
      add_block_channels<kBlocks, 1>(d, rows, c + 1, w + p.weight_stride, p.weight_stride, sum);
    } else {
      add_block_channels<kBlocks, 2>(d, rows, c, w, p.weight_stride, sum);
    }
  }
  if (c < segment.end) add_block_channels<kBlocks, 1>(d, rows, c, w, p.weight_stride, sum);
}

template <int kR, class D, typename T>
HWY_INLINE void strip_block(D d, const GatherProduct<T>& p, const ColumnStrip& strip,
                            const BlockOfRows& at, FetchAhead& ahead) {
  hn::Vec<D> sum[kR][kStripBlocks];
  const T* rows[kR];
  find_rows<kR>(p, at, rows);
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 4
    for (int j = 0; j < kStripBlocks; ++j) sum[r][j] = hn::Zero(d);
  for (int i = 0; i < strip.segment_count; ++i) {
    const ChannelSegment& segment = p.segments[strip.first_segment + i];
    switch (segment.blocks) {
#define LSK3D_CASE(blocks)                                              \
  case blocks:                                                          \
    add_segment<blocks>(d, p, segment, rows, strip.column, sum, ahead); \
    break;
      LSK3D_CASE(1)
      LSK3D_CASE(2)
      LSK3D_CASE(3)
      LSK3D_CASE(4)
      LSK3D_CASE(5)
      LSK3D_CASE(6) LSK3D_CASE(7) LSK3D_CASE(8) LSK3D_CASE(9) LSK3D_CASE(10) LSK3D_CASE(11)
          LSK3D_CASE(12) LSK3D_CASE(13) LSK3D_CASE(14) LSK3D_CASE(15)
#undef LSK3D_CASE
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
    if (r >= at.count) break;
    T* out = p.output + at.out_rows[r] * p.output_stride + strip.column;
#pragma GCC unroll 4
    for (int j = 0; j < kStripBlocks; ++j)
      if (strip.columns > j * kBlockChannels)
        add_to(d, sum[r][j], out + j * kBlockChannels, strip.columns - j * kBlockChannels);
  }
}

/// A strip with zero blocks, for up to kRows pairs.
template <class D, typename T>
HWY_INLINE void sparse_strip(D d, const GatherProduct<T>& p, const ColumnStrip& strip,
                             const BlockOfRows& rows, FetchAhead& ahead) {
  if (static_cast<int>(hn::Lanes(d)) == kBlockChannels) {
    for (int r = 0; r < rows.count; r += kSparseRows) {
      const BlockOfRows part{rows.in_rows + r, rows.out_rows + r,
                             HWY_MIN(rows.count - r, kSparseRows), 0, 0};
      if (part.count > kSparseRows / 2) strip_block<kSparseRows>(d, p, strip, part, ahead);
      else strip_block<kSparseRows / 2>(d, p, strip, part, ahead);
    }
    return;
  }
  for (int j = 0; j * kBlockChannels < strip.columns; ++j) {
    const int begin = strip.column + j * kBlockChannels;
    const int end = HWY_MIN(begin + kBlockChannels, strip.column + strip.columns);
    product_columns(d, p, strip, 1u << j, begin, end, rows, ahead);
  }
}

template <typename T>
void gather_product(const GatherProduct<T>& p) {
  const hn::ScalableTag<T> d;
  FetchAhead ahead(p.input, HWY_MAX(p.input_stride, p.output_stride) * static_cast<int>(sizeof(T)));
  const std::int64_t steps = (p.count + kRows - 1) / kRows;
  const std::int64_t weight_share = (p.next_weight_bytes / steps / kLine + 1) * kLine;
  std::int64_t weights_asked = 0;
  for (std::int64_t i = 0; i < p.count; i += kRows) {
    const std::int32_t* in = p.in_rows + i;
    const std::int32_t* out = p.out_rows + i;
    const auto at_most = [](std::int64_t n) {
      return static_cast<int>(HWY_MIN(n, static_cast<std::int64_t>(kRows)));
    };
    ahead.restart();
    if (i + kRows < p.count) {
      const int more = at_most(p.count - i - kRows);
      ahead.add_rows(p.input, p.input_stride, in + kRows, more);
      ahead.add_rows(p.output, p.output_stride, out + kRows, more);
    } else if (p.next_count > 0) {
      const int more = at_most(p.next_count);
      ahead.add_rows(p.input, p.input_stride, p.next_in_rows, more);
      ahead.add_rows(p.output, p.output_stride, p.next_out_rows, more);
    }
    if (weights_asked < p.next_weight_bytes) {
      ahead.add_bytes(reinterpret_cast<const char*>(p.next_weight) + weights_asked, weight_share);
      weights_asked += weight_share;
    }
    const BlockOfRows rows{in, out, at_most(p.count - i), 0, 0};
    for (std::size_t s = 0; s < p.strip_count; ++s) {
      const ColumnStrip& strip = p.strips[s];
      if (strip.dense)
        product_columns(d, p, strip, ~0u, strip.column, strip.column + strip.columns, rows, ahead);
      else sparse_strip(d, p, strip, rows, ahead);
    }
  }
}

constexpr std::int64_t kOuterPairs = 64;  // whose rows stay in the first-level cache

/// Where the rows of a few pairs are, so that the passes over them need no arithmetic for it, and
/// the rows of as many pairs that will be wanted next.
template <typename T>
struct OuterRows {
  std::int64_t count = 0;
  const T *left[kOuterPairs], *right[kOuterPairs];
  const T *next_left[kOuterPairs], *next_right[kOuterPairs];

  OuterRows(const OuterProduct<T>& p, std::int64_t begin)
      : count(HWY_MIN(p.count - begin, kOuterPairs)) {
    const bool more = begin + kOuterPairs < p.count;
    const std::int32_t* next_lefts = more ? p.left_rows + begin + kOuterPairs : p.next_left_rows;
    const std::int32_t* next_rights = more ? p.right_rows + begin + kOuterPairs : p.next_right_rows;
    std::int64_t next_count = more ? p.count - begin - kOuterPairs : p.next_count;
    if (next_count == 0) {  // nothing to fetch, so ask for what is there
      next_lefts = p.left_rows;
      next_rights = p.right_rows;
      next_count = p.count;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      left[i] = p.left + p.left_rows[begin + i] * p.left_stride;
      right[i] = p.right + p.right_rows[begin + i] * p.right_stride;
      const std::int64_t n = HWY_MIN(i, next_count - 1);
      next_left[i] = p.left + next_lefts[n] * p.left_stride;
      next_right[i] = p.right + next_rights[n] * p.right_stride;
    }
  }
};

/// One cache line of many rows: every pass over the pairs fetches one, a row at every step. Right
/// rows are wanted by every pass of the next call. Of a left row a pass wants a few numbers, so its
/// further lines are fetched shortly before their turn: there is no room for all of them at once.
template <typename T>
struct NextLine {
  const T* const* rows;
  std::int64_t element;  // of each row

  /// For pass `n`; after all lines old ones again.
  NextLine(const OuterProduct<T>& p, const OuterRows<T>& all, std::int64_t n) {
    constexpr std::int64_t kPerLine = kLine / static_cast<int>(sizeof(T));
    const std::int64_t later = (p.left_columns - 1) / kPerLine;  // left lines after the first
    const std::int64_t right = (p.right_columns + kPerLine - 1) / kPerLine;
    const std::int64_t line = n < 2 * later ? n / 2 : n - later;
    if (n < 2 * later && n % 2 == 0) {
      rows = all.left;
      element = (line + 1) * kPerLine;
    } else if (line < right) {
      rows = all.next_right;
      element = line * kPerLine;
    } else {
      rows = all.next_left;
      element = 0;
    }
  }
};

/// Vectors of a right row that a pass multiplies: with as many accumulators, fewer loads the wider
/// it is, where there are registers for it.
constexpr int kOuterVectors = kRows == 12 ? 4 : 2;

template <int kR, int kV, class D, typename T>
HWY_INLINE void outer_block(D d, const OuterProduct<T>& p, const OuterRows<T>& rows, int row,
                            int column, NextLine<T> next) {
  using V = hn::Vec<D>;
  const int lanes = static_cast<int>(hn::Lanes(d));
  V sum[kR][kV];
  T* target = p.sum + row * p.sum_stride + column;
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) sum[r][v] = hn::LoadU(d, target + r * p.sum_stride + v * lanes);
  for (std::int64_t i = 0; i < rows.count; ++i) {
    const T* left = rows.left[i] + row;
    const T* right = rows.right[i] + column;
    hwy::Prefetch(next.rows[i] + next.element);
    V y[kV];
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) y[v] = hn::LoadU(d, right + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      const V x = hn::Set(d, left[r]);
#pragma GCC unroll 4
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(x, y[v], sum[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, target + r * p.sum_stride + v * lanes);
}

template <int kV, class D, typename T>
HWY_INLINE void outer_column(D d, const OuterProduct<T>& p, const OuterRows<T>& rows, int column,
                             std::int64_t& line) {
  constexpr int kMost = kV > 2 ? kRows / 2 : kRows, kLow = kMost / 3, kMiddle = 2 * kMost / 3;
  for (int row = 0; row < p.left_columns;) {
    const NextLine<T> next(p, rows, line++);
    const int rest = p.left_columns - row;
    if (rest >= kMost) {
      outer_block<kMost, kV>(d, p, rows, row, column, next);
      row += kMost;
    } else if (rest >= kMiddle) {
      outer_block<kMiddle, kV>(d, p, rows, row, column, next);
      row += kMiddle;
    } else if (rest >= kLow) {
      outer_block<kLow, kV>(d, p, rows, row, column, next);
      row += kLow;
    } else {
      outer_block<1, kV>(d, p, rows, row, column, next);
      ++row;
    }
  }
}

template <typename T>
void outer_product(const OuterProduct<T>& p) {
  const hn::ScalableTag<T> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (std::int64_t begin = 0; begin < p.count; begin += kOuterPairs) {
    const OuterRows<T> rows(p, begin);
    int column = 0;
    std::int64_t line = 0;
    if constexpr (kOuterVectors == 4)
      for (; column + 3 * lanes < p.right_columns; column += 4 * lanes)
        outer_column<4>(d, p, rows, column, line);
    for (; column + lanes < p.right_columns; column += 2 * lanes)
      outer_column<2>(d, p, rows, column, line);
    if (column < p.right_columns) outer_column<1>(d, p, rows, column, line);
  }
}

template <typename T>
void transpose(const T* from, int rows, int columns, T* to, std::int64_t to_stride) {
  const hn::ScalableTag<T> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int row = 0;
  for (; row + 4 <= rows; row += 4) {  // four rows become four neighbours in each row of `to`
    const T* source = from + std::int64_t{row} * columns;
    int column = 0;
    for (; column + lanes <= columns; column += lanes) {
      HWY_ALIGN T mixed[4 * hn::MaxLanes(d)];
      hn::StoreInterleaved4(hn::LoadU(d, source + column), hn::LoadU(d, source + columns + column),
                            hn::LoadU(d, source + 2 * columns + column),
                            hn::LoadU(d, source + 3 * columns + column), d, mixed);
      for (int i = 0; i < lanes; ++i)
        std::memcpy(to + (column + i) * to_stride + row, mixed + 4 * i, 4 * sizeof(T));
    }
    for (; column < columns; ++column)
      for (int r = 0; r < 4; ++r) to[column * to_stride + row + r] = source[r * columns + column];
  }
  for (; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      to[column * to_stride + row] = from[std::int64_t{row} * columns + column];
}

template <typename T>
const MicroKernels<T>& table() {
  static const MicroKernels<T> kernels{static_cast<int>(hn::Lanes(hn::ScalableTag<T>())),
                                       &gather_product<T>, &outer_product<T>, &transpose<T>};
  return kernels;
}

const MicroKernels<float>& table_f32() { return table<float>(); }
const MicroKernels<double>& table_f64() { return table<double>(); }

}  // namespace HWY_NAMESPACE
}  // namespace lsk3d
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lsk3d {

HWY_EXPORT(table_f32);
HWY_EXPORT(table_f64);

template <>
const MicroKernels<float>& micro_kernels<float>() {
  return HWY_DYNAMIC_DISPATCH(table_f32)();
}
template <>
const MicroKernels<double>& micro_kernels<double>() {
  return HWY_DYNAMIC_DISPATCH(table_f64)();
}

}  // namespace lsk3d
#endif
