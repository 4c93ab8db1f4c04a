// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>

#include "lsk3d/core/rng.h"
#include "lsk3d/core/tensor.h"

namespace lsk3d::testing_support {

/// Uniform in [low, high); the same numbers, rounded, for f32 as for f64.
inline Tensor random_tensor(const Shape& shape, std::uint64_t seed, DType dtype = DType::f64,
                            double low = -1, double high = 1) {
  Rng rng(seed, 77);
  Tensor t = Tensor::empty(shape, DType::f64);
  for (double& v : t.span<double>()) v = low + (high - low) * rng.uniform64();
  return t.to(dtype);
}

/// i32 [n], uniform in [0, end).
inline Tensor random_indices(std::int64_t n, std::int64_t end, std::uint64_t seed) {
  Rng rng(seed, 78);
  Tensor t = Tensor::empty({n}, DType::i32);
  for (std::int32_t& v : t.span<std::int32_t>())
    v = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(end)));
  return t;
}

/// ‖found − wanted‖ / ‖wanted‖ (the plain difference where wanted is 0); infinite where shapes
/// differ or a number is not finite.
inline double distance(const Tensor& found, const Tensor& wanted) {
  if (!found.defined() || !wanted.defined() || found.shape() != wanted.shape()) return INFINITY;
  const Tensor f = found.to(DType::f64), w = wanted.to(DType::f64);
  const auto a = f.span<double>(), b = w.span<double>();
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  if (!std::isfinite(difference)) return INFINITY;
  return std::sqrt(norm > 0 ? difference / norm : difference);
}

/// Whether both hold the same bits.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  const auto* x = static_cast<const std::byte*>(a.raw());
  const auto* y = static_cast<const std::byte*>(b.raw());
  return a.shape() == b.shape() && a.dtype() == b.dtype() && std::equal(x, x + a.bytes(), y);
}

}  // namespace lsk3d::testing_support
