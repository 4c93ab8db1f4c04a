// SPDX-License-Identifier: MIT
#include "bf16_operands.h"
#include "device/blas.h"
#include "measurement.h"
#include "subjects.h"

namespace lsk3d::cuda_bench {

using cuda::Buffer;

Ceilings measure_ceilings(bool small, double seconds) {
  Ceilings ceilings;
  const std::int64_t bytes = small ? 1 << 16 : std::int64_t{1} << 30;
  {
    Buffer<std::uint8_t> from(bytes), to(bytes);
    from.zero();
    const Times copy = measure(
        [&] {
          cuda::check(cudaMemcpyAsync(to.data(), from.data(), static_cast<std::size_t>(bytes),
                                      cudaMemcpyDeviceToDevice, cuda::current_stream()),
                      "copying");
        },
        seconds);
    ceilings.copy_gb_s = 2e-6 * static_cast<double>(bytes) / copy.median;
  }
  if (!cuda::has_blas()) return ceilings;
  for (const DType dtype : {DType::f32, DType::bf16}) {
    const std::int64_t n = small ? 64 : dtype == DType::f32 ? 4096 : 8192;
    const Buffer<float> a = random_numbers(n * n, 1), b = random_numbers(n * n, 2);
    Buffer<float> out(n * n);
    const bool bf16 = dtype == DType::bf16;
    const auto rounded = [&](const Buffer<float>& x) {
      return cuda::rows_as_bf16(x.data(), n, static_cast<int>(n), static_cast<int>(n));
    };
    const Buffer<std::uint16_t> a16 = rounded(a), b16 = rounded(b);
    const cuda::BlasProduct product({.dtype = dtype, .m = n, .n = n, .k = n});
    const Times ms = measure(
        [&] {
          product.run(bf16 ? static_cast<const void*>(a16.data()) : a.data(),
                      bf16 ? static_cast<const void*>(b16.data()) : b.data(), nullptr, out.data());
        },
        seconds);
    (bf16 ? ceilings.bf16_tflop_s : ceilings.f32_tflop_s) =
        2e-9 * static_cast<double>(n * n * n) / ms.median;
  }
  return ceilings;
}

}  // namespace lsk3d::cuda_bench
