// SPDX-License-Identifier: MIT
// Dense products as cuBLASLt gives them, in plain loops. Linear layers take them only where a test
// says so: else they would never try our own kernels.
#include "device/blas.h"

#include <bit>
#include <cstdint>

#include "arena.h"
#include "cuda_runtime.h"
#include "device/memory.h"
#include "machine.h"

namespace lsk3d::cuda {
namespace {

bool wanted_by_test = false;
int products = 0;

double value(double x) { return x; }
float value(float x) { return x; }
/// bf16: the upper half of an f32.
float value(std::uint16_t x) { return std::bit_cast<float>(std::uint32_t{x} << 16); }

template <typename In, typename T>
void multiply(const BlasShape& s, const In* a, const In* b, const T* bias, T* out) {
  for (std::int64_t m = 0; m < s.m; ++m)
    for (std::int64_t n = 0; n < s.n; ++n) {
      T sum = 0;
      for (std::int64_t k = 0; k < s.k; ++k)
        sum += value(a[s.a_transposed ? k * s.m + m : m * s.k + k]) *
               value(b[s.b_transposed ? n * s.k + k : k * s.n + n]);
      out[m * s.n + n] = bias ? sum + bias[n] : sum;
    }
}

}  // namespace

struct BlasProduct::Plan {
  BlasShape shape;
};

bool has_blas() { return true; }
bool uses_blas() { return wanted_by_test; }
void set_uses_blas(bool wanted) { wanted_by_test = wanted; }
std::string blas_library() { return "an emulated cuBLASLt"; }

BlasProduct::BlasProduct(const BlasShape& shape) : plan_(new Plan{shape}) {}
BlasProduct::~BlasProduct() = default;
BlasProduct::BlasProduct(BlasProduct&&) noexcept = default;

void BlasProduct::run(const void* a, const void* b, const void* bias, void* out) const {
  static const char kKind = 0;
  ++products;
  cuda_emulation::give(current_stream(), &kKind, [=, shape = plan_->shape] {
    const cuda_emulation::DeviceAccess access;
    const auto with = [&](auto read, auto written) {
      using In = decltype(read);
      using T = decltype(written);
      multiply(shape, static_cast<const In*>(a), static_cast<const In*>(b),
               static_cast<const T*>(bias), static_cast<T*>(out));
    };
    if (shape.dtype == DType::f64) with(double{}, double{});
    else if (shape.dtype == DType::bf16) with(std::uint16_t{}, float{});
    else with(float{}, float{});
  });
}

}  // namespace lsk3d::cuda

int cuda_emulation::blas_products() { return lsk3d::cuda::products; }
