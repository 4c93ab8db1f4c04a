// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstring>

#include "cpu_kernels.h"
#include "float_type.h"
#include "leaky_slope.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d {
namespace {

constexpr std::int64_t kGrain = 1 << 15;

/// out[i] = f(a[i], b[i], slope); where b is null f gets a[i] twice.
template <typename F>
void map(const ElementwiseArgs& args, F f) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(args.a);
    const T* b = static_cast<const T*>(args.b ? args.b : args.a);
    T* out = static_cast<T*>(args.out);
    parallel_for(args.n, kGrain, [&, a, b, out](std::int64_t begin, std::int64_t end) {
      const T slope = static_cast<T>(args.slope);
      for (std::int64_t i = begin; i < end; ++i) out[i] = f(a[i], b[i], slope);
    });
  });
}

void add(const ElementwiseArgs& args) {
  map(args, [](auto a, auto b, auto) { return a + b; });
}

void leaky_relu(const ElementwiseArgs& args) {
  map(args, [](auto a, auto, auto slope) { return a * leaky_slope(a, slope); });
}

void add_leaky_relu(const ElementwiseArgs& args) {
  map(args, [](auto a, auto b, auto slope) { return (a + b) * leaky_slope(a + b, slope); });
}

void leaky_relu_backward(const ElementwiseArgs& args) {
  map(args, [](auto y, auto grad, auto slope) { return grad * leaky_slope(y, slope); });
}

void scale(const ElementwiseArgs& args) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(args.a);
    const T factor = *static_cast<const T*>(args.b);
    T* out = static_cast<T*>(args.out);
    parallel_for(args.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) out[i] = a[i] * factor;
    });
  });
}

void copy_columns(const CopyColumnsArgs& args) {
  const std::size_t element = size_of(args.dtype);
  const auto* from = static_cast<const std::byte*>(args.from);
  auto* to = static_cast<std::byte*>(args.to);
  const std::int64_t from_stride = args.from_stride * static_cast<std::int64_t>(element);
  const std::int64_t to_stride = args.to_stride * static_cast<std::int64_t>(element);
  const std::size_t bytes = static_cast<std::size_t>(args.columns) * element;
  parallel_for(args.rows, 512, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      std::memcpy(to + r * to_stride, from + r * from_stride, bytes);
  });
}

}  // namespace

ElementwiseKernels cpu_elementwise_kernels() {
  return {.add = add,
          .leaky_relu = leaky_relu,
          .add_leaky_relu = add_leaky_relu,
          .leaky_relu_backward = leaky_relu_backward,
          .scale = scale,
          .copy_columns = copy_columns};
}

}  // namespace lsk3d
