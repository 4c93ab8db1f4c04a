// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <cstring>

#include "bench/measurement.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/tensor.h"

#ifdef LSK3D_HAVE_OPENBLAS
#include <cblas.h>
#endif

namespace lsk3d::cli {
namespace {

constexpr int kTries = 5;

template <typename Work>
double best_seconds(Work work) {
  double best = 1e30;
  for (int i = 0; i < kTries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    best = std::min(best, elapsed.count());
  }
  return best;
}

double sgemm_gflops() {
#ifdef LSK3D_HAVE_OPENBLAS
  constexpr int kSize = 2048;
  openblas_set_num_threads(num_threads());
  const Tensor a = Tensor::full({kSize, kSize}, 0.5), b = Tensor::full({kSize, kSize}, 0.25);
  Tensor c = Tensor::zeros({kSize, kSize});
  const double seconds = best_seconds([&] {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1.0f,
                a.data<float>(), kSize, b.data<float>(), kSize, 0.0f, c.data<float>(), kSize);
  });
  return 2.0 * kSize * kSize * kSize / seconds / 1e9;
#else
  return 0;
#endif
}

double copy_gb_s() {
  constexpr std::int64_t kBytes = std::int64_t{256} << 20;
  const Tensor from = Tensor::zeros({kBytes}, DType::u8);
  Tensor to = Tensor::zeros({kBytes}, DType::u8);
  const double seconds = best_seconds([&] {
    parallel_for(kBytes, std::int64_t{4} << 20, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(to.data<std::uint8_t>() + begin, from.data<std::uint8_t>() + begin,
                  static_cast<std::size_t>(end - begin));
    });
  });
  return 2.0 * kBytes / seconds / 1e9;
}

}  // namespace

MachineCeiling measure_ceiling() { return {sgemm_gflops(), copy_gb_s()}; }

}  // namespace lsk3d::cli
