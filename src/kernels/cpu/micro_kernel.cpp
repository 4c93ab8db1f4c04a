// SPDX-License-Identifier: MIT
#include "cpu/micro_kernel.h"

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

/// Up to kR pairs by kV vectors of columns, `valid` columns of which exist. Missing pairs repeat
/// the last one and are dropped.
template <int kR, int kV, class D, typename T>
HWY_INLINE void product_block(D d, const GatherProduct<T>& p, const std::int32_t* in_rows,
                              const std::int32_t* out_rows, int count, int column, int valid,
                              const char*& next) {
  using V = hn::Vec<D>;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const T* rows[kR];
  V sum[kR][kV];
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
    rows[r] = p.input + in_rows[HWY_MIN(r, count - 1)] * p.input_stride;
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) sum[r][v] = hn::Zero(d);
  }
  for (int i = 0; i < p.range_count; ++i) {
    const int begin = p.ranges[i].begin, end = p.ranges[i].end;
    const T* w = p.weight + begin * p.weight_stride + column;
    for (int c = begin; c < end; ++c, w += p.weight_stride) {
      hwy::Prefetch(next);
      next += kLine;
      V weight[kV];
#pragma GCC unroll 2
      for (int v = 0; v < kV; ++v) weight[v] = hn::LoadU(d, w + v * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < kR; ++r) {
        const V x = hn::Set(d, rows[r][c]);
#pragma GCC unroll 2
        for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(x, weight[v], sum[r][v]);
      }
    }
  }
  if (valid == kV * lanes) {
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      if (r >= count) break;
      T* out = p.output + out_rows[r] * p.output_stride + column;
#pragma GCC unroll 2
      for (int v = 0; v < kV; ++v)
        hn::StoreU(hn::Add(hn::LoadU(d, out + v * lanes), sum[r][v]), d, out + v * lanes);
    }
    return;
  }
  // The last columns of an output row end inside a vector.
  HWY_ALIGN T part[kV * HWY_MAX_BYTES / sizeof(T)] = {};
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
    if (r >= count) break;
    for (int v = 0; v < kV; ++v) hn::Store(sum[r][v], d, part + v * lanes);
    T* out = p.output + out_rows[r] * p.output_stride + column;
    for (int j = 0; j < valid; ++j) out[j] += part[j];
  }
}

/// The smallest of three block heights that holds `count` <= kRows pairs.
template <int kV, class D, typename T>
HWY_INLINE void product_rows(D d, const GatherProduct<T>& p, const std::int32_t* in_rows,
                             const std::int32_t* out_rows, int count, int column, int valid,
                             const char*& next) {
  constexpr int kLow = kRows / 3, kMiddle = 2 * kRows / 3;
  if (count > kMiddle)
    product_block<kRows, kV>(d, p, in_rows, out_rows, count, column, valid, next);
  else if (count > kLow)
    product_block<kMiddle, kV>(d, p, in_rows, out_rows, count, column, valid, next);
  else product_block<kLow, kV>(d, p, in_rows, out_rows, count, column, valid, next);
}

/// Asks for the lines of `rows` rows ahead of their use: the hardware cannot foresee a gather.
template <typename T>
HWY_INLINE void prefetch_rows(const T* base, std::int64_t stride, std::int64_t bytes,
                              const std::int32_t* indices, int rows) {
  for (int r = 0; r < rows; ++r) {
    const auto* row = reinterpret_cast<const char*>(base + indices[r] * stride);
    for (std::int64_t at = 0; at < bytes; at += kLine) hwy::Prefetch(row + at);
  }
}

template <typename T>
void gather_product(const GatherProduct<T>& p) {
  const hn::ScalableTag<T> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const char* next = static_cast<const char*>(p.next);
  for (std::int64_t i = 0; i < p.count; i += kRows) {
    const std::int32_t* in = p.in_rows + i;
    const std::int32_t* out = p.out_rows + i;
    const int rows = static_cast<int>(HWY_MIN(p.count - i, static_cast<std::int64_t>(kRows)));
    const std::int64_t ahead = p.count - i - kRows;
    prefetch_rows(p.output, p.output_stride, p.columns * static_cast<int>(sizeof(T)), out, rows);
    if (ahead > 0)
      prefetch_rows(p.input, p.input_stride, p.input_stride * static_cast<int>(sizeof(T)),
                    in + kRows, static_cast<int>(HWY_MIN(ahead, static_cast<std::int64_t>(kRows))));
    int column = 0;
    for (; column + lanes < p.columns; column += 2 * lanes)
      product_rows<2>(d, p, in, out, rows, column, HWY_MIN(2 * lanes, p.columns - column), next);
    if (column < p.columns) product_rows<1>(d, p, in, out, rows, column, p.columns - column, next);
  }
}

/// One cache line of each row of the next call: a block fetches it, one row per step.
struct NextLine {
  const std::int32_t* rows = nullptr;
  const char* base = nullptr;
  std::int64_t stride = 0;  // bytes

  /// Line `n`, counted over the left rows and then the right ones; the current rows where that is
  /// all, so that the loop needs no branch.
  template <typename T>
  NextLine(const OuterProduct<T>& p, std::int64_t n) {
    const std::int64_t left_lines =
        (p.left_columns * static_cast<int>(sizeof(T)) + kLine - 1) / kLine;
    const bool left = n < left_lines;
    rows = left ? p.next_left_rows : p.next_right_rows;
    base = reinterpret_cast<const char*>(left ? p.left : p.right) +
           (left ? n : n - left_lines) * kLine;
    stride = (left ? p.left_stride : p.right_stride) * static_cast<int>(sizeof(T));
    if (!rows || n >= 2 * left_lines) {
      rows = p.left_rows;
      base = reinterpret_cast<const char*>(p.left);
      stride = p.left_stride * static_cast<int>(sizeof(T));
    }
  }
};

template <int kR, int kV, class D, typename T>
HWY_INLINE void outer_block(D d, const OuterProduct<T>& p, int row, int column, NextLine next) {
  using V = hn::Vec<D>;
  const int lanes = static_cast<int>(hn::Lanes(d));
  V sum[kR][kV];
  T* target = p.sum + row * p.sum_stride + column;
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) sum[r][v] = hn::LoadU(d, target + r * p.sum_stride + v * lanes);
  for (std::int64_t i = 0; i < p.count; ++i) {
    const T* left = p.left + p.left_rows[i] * p.left_stride + row;
    const T* right = p.right + p.right_rows[i] * p.right_stride + column;
    hwy::Prefetch(next.base + next.rows[i] * next.stride);
    V y[kV];
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) y[v] = hn::LoadU(d, right + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      const V x = hn::Set(d, left[r]);
#pragma GCC unroll 2
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(x, y[v], sum[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kV; ++v) hn::StoreU(sum[r][v], d, target + r * p.sum_stride + v * lanes);
}

template <int kV, class D, typename T>
HWY_INLINE void outer_column(D d, const OuterProduct<T>& p, int column, std::int64_t& line) {
  constexpr int kLow = kRows / 3, kMiddle = 2 * kRows / 3;
  for (int row = 0; row < p.left_columns;) {
    const NextLine next(p, line++);
    const int rest = p.left_columns - row;
    if (rest >= kRows) {
      outer_block<kRows, kV>(d, p, row, column, next);
      row += kRows;
    } else if (rest >= kMiddle) {
      outer_block<kMiddle, kV>(d, p, row, column, next);
      row += kMiddle;
    } else if (rest >= kLow) {
      outer_block<kLow, kV>(d, p, row, column, next);
      row += kLow;
    } else {
      outer_block<1, kV>(d, p, row, column, next);
      ++row;
    }
  }
}

template <typename T>
void outer_product(const OuterProduct<T>& p) {
  const hn::ScalableTag<T> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int column = 0;
  std::int64_t line = 0;
  for (; column + lanes < p.right_columns; column += 2 * lanes) outer_column<2>(d, p, column, line);
  if (column < p.right_columns) outer_column<1>(d, p, column, line);
}

template <typename T>
const MicroKernels<T>& table() {
  static const MicroKernels<T> kernels{static_cast<int>(hn::Lanes(hn::ScalableTag<T>())),
                                       &gather_product<T>, &outer_product<T>};
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
