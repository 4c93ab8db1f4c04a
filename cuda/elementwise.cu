// SPDX-License-Identifier: MIT
#include "device/launch.h"
#include "device/memory.h"
#include "families.h"
#include "leaky_slope.h"

namespace lsk3d::cuda {
namespace {

template <typename T, typename F>
__global__ void map_kernel(const T* a, const T* b, T* out, std::int64_t n, T slope, F f) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) out[i] = f(a[i], b[i], slope);
}

/// out[i] = f(a[i], b[i], slope); where b is null f gets a[i] twice.
template <typename F>
void map(const ElementwiseArgs& args, F f) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(args.a);
    const T* b = static_cast<const T*>(args.b ? args.b : args.a);
    launch(map_kernel<T, F>, blocks_for(args.n), kThreads, 0, current_stream(), a, b,
           static_cast<T*>(args.out), args.n, static_cast<T>(args.slope), f);
  });
}

struct Add {
  template <typename T>
  __device__ T operator()(T a, T b, T) const {
    return a + b;
  }
};
struct LeakyRelu {
  template <typename T>
  __device__ T operator()(T a, T, T slope) const {
    return a * leaky_slope(a, slope);
  }
};
struct AddLeakyRelu {
  template <typename T>
  __device__ T operator()(T a, T b, T slope) const {
    return (a + b) * leaky_slope(a + b, slope);
  }
};
struct LeakyReluBackward {
  template <typename T>
  __device__ T operator()(T y, T grad, T slope) const {
    return grad * leaky_slope(y, slope);
  }
};

void add(const ElementwiseArgs& args) { map(args, Add{}); }
void leaky_relu(const ElementwiseArgs& args) { map(args, LeakyRelu{}); }
void add_leaky_relu(const ElementwiseArgs& args) { map(args, AddLeakyRelu{}); }
void leaky_relu_backward(const ElementwiseArgs& args) { map(args, LeakyReluBackward{}); }

template <typename T>
__global__ void scale_kernel(const T* a, const T* factor, T* out, std::int64_t n) {
  for (std::int64_t i = first_item(); i < n; i += item_step()) out[i] = a[i] * *factor;
}

void scale(const ElementwiseArgs& args) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    launch(scale_kernel<T>, blocks_for(args.n), kThreads, 0, current_stream(),
           static_cast<const T*>(args.a), static_cast<const T*>(args.b), static_cast<T*>(args.out),
           args.n);
  });
}

template <typename T>
__global__ void copy_columns_kernel(const T* from, T* to, std::int64_t rows, std::int64_t columns,
                                    std::int64_t from_stride, std::int64_t to_stride) {
  for (std::int64_t i = first_item(); i < rows * columns; i += item_step()) {
    const std::int64_t r = i / columns, c = i % columns;
    to[r * to_stride + c] = from[r * from_stride + c];
  }
}

void copy_columns(const CopyColumnsArgs& args) {
  with_float_type(args.dtype, [&](auto type) {
    using T = decltype(type);
    launch(copy_columns_kernel<T>, blocks_for(args.rows * args.columns), kThreads, 0,
           current_stream(), static_cast<const T*>(args.from), static_cast<T*>(args.to), args.rows,
           args.columns, args.from_stride, args.to_stride);
  });
}

}  // namespace

ElementwiseKernels elementwise_kernels() {
  return {.add = add,
          .leaky_relu = leaky_relu,
          .add_leaky_relu = add_leaky_relu,
          .leaky_relu_backward = leaky_relu_backward,
          .scale = scale,
          .copy_columns = copy_columns};
}

}  // namespace lsk3d::cuda
