// SPDX-License-Identifier: MIT
#include "cpu/channel_rows.h"

// Sizeless vector types cannot form the arrays of accumulators below.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/channel_rows.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once per instruction set
//
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lsk3d {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kVectors = 4;         // of a row that one pass over the pairs works on
constexpr std::int64_t kAhead = 8;  // pairs: the hardware cannot foresee a gather

/// kV vectors of columns from `column` on.
template <int kV, bool kWeighted, class D, typename T>
HWY_INLINE void add_columns(D d, const RowsAdded<T>& a, std::int64_t column) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  [[maybe_unused]] hn::Vec<D> weight[kV];
  if constexpr (kWeighted)
    for (int v = 0; v < kV; ++v) weight[v] = hn::LoadU(d, a.weight + column + v * lanes);
  for (std::int64_t i = 0; i < a.count; ++i) {
    const std::int64_t ahead = i + kAhead < a.count ? i + kAhead : i;
    hwy::Prefetch(a.input + a.in_rows[ahead] * a.channels + column);
    const T* from = a.input + a.in_rows[i] * a.channels + column;
    T* to = a.output + a.out_rows[i] * a.channels + column;
    for (int v = 0; v < kV; ++v) {
      const auto x = hn::LoadU(d, from + v * lanes), y = hn::LoadU(d, to + v * lanes);
      if constexpr (kWeighted) hn::StoreU(hn::MulAdd(x, weight[v], y), d, to + v * lanes);
      else hn::StoreU(hn::Add(x, y), d, to + v * lanes);
    }
  }
}

/// Columns too few for a vector.
template <bool kWeighted, typename T>
void add_tail(const RowsAdded<T>& a, std::int64_t column) {
  for (std::int64_t i = 0; i < a.count; ++i)
    for (std::int64_t c = column; c < a.channels; ++c) {
      const T x = a.input[a.in_rows[i] * a.channels + c];
      a.output[a.out_rows[i] * a.channels + c] += kWeighted ? x * a.weight[c] : x;
    }
}

template <bool kWeighted, typename T>
HWY_INLINE void add_rows(const RowsAdded<T>& a) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t column = 0;
  for (; column + kVectors * lanes <= a.channels; column += kVectors * lanes)
    add_columns<kVectors, kWeighted>(d, a, column);
  for (; column + lanes <= a.channels; column += lanes) add_columns<1, kWeighted>(d, a, column);
  if (column < a.channels) add_tail<kWeighted>(a, column);
}

template <typename T>
void add(const RowsAdded<T>& a) {
  if (a.weight) add_rows<true>(a);
  else add_rows<false>(a);
}

template <int kV, class D, typename T>
HWY_INLINE void sum_columns(D d, const RowProducts<T>& p, std::int64_t column) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  hn::Vec<D> sum[kV];
  for (int v = 0; v < kV; ++v) sum[v] = hn::Zero(d);
  for (std::int64_t i = 0; i < p.count; ++i) {
    const std::int64_t ahead = i + kAhead < p.count ? i + kAhead : i;
    hwy::Prefetch(p.left + p.left_rows[ahead] * p.channels + column);
    hwy::Prefetch(p.right + p.right_rows[ahead] * p.channels + column);
    const T* left = p.left + p.left_rows[i] * p.channels + column;
    const T* right = p.right + p.right_rows[i] * p.channels + column;
    for (int v = 0; v < kV; ++v)
      sum[v] = hn::MulAdd(hn::LoadU(d, left + v * lanes), hn::LoadU(d, right + v * lanes), sum[v]);
  }
  T* to = p.sum + column;
  for (int v = 0; v < kV; ++v)
    hn::StoreU(hn::Add(hn::LoadU(d, to + v * lanes), sum[v]), d, to + v * lanes);
}

template <typename T>
void sum_products(const RowProducts<T>& p) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t column = 0;
  for (; column + kVectors * lanes <= p.channels; column += kVectors * lanes)
    sum_columns<kVectors>(d, p, column);
  for (; column + lanes <= p.channels; column += lanes) sum_columns<1>(d, p, column);
  for (; column < p.channels; ++column) {
    T sum = 0;
    for (std::int64_t i = 0; i < p.count; ++i)
      sum += p.left[p.left_rows[i] * p.channels + column] *
             p.right[p.right_rows[i] * p.channels + column];
    p.sum[column] += sum;
  }
}

template <typename T>
const ChannelRowKernels<T>& table() {
  static const ChannelRowKernels<T> kernels{&add<T>, &sum_products<T>};
  return kernels;
}

const ChannelRowKernels<float>& channel_rows_f32() { return table<float>(); }
const ChannelRowKernels<double>& channel_rows_f64() { return table<double>(); }

}  // namespace HWY_NAMESPACE
}  // namespace lsk3d
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lsk3d {

HWY_EXPORT(channel_rows_f32);
HWY_EXPORT(channel_rows_f64);

template <>
const ChannelRowKernels<float>& channel_row_kernels<float>() {
  return HWY_DYNAMIC_DISPATCH(channel_rows_f32)();
}
template <>
const ChannelRowKernels<double>& channel_row_kernels<double>() {
  return HWY_DYNAMIC_DISPATCH(channel_rows_f64)();
}

}  // namespace lsk3d
#endif
