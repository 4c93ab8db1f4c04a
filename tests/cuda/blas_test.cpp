// SPDX-License-Identifier: MIT
#include "device/blas.h"

#include <array>

#include "linear_cublaslt.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

TEST(CudaBlas, LinearEqualsTheCpu) {
  if (!cuda::has_blas()) GTEST_SKIP() << "no " << cuda::blas_library() << " here";
  constexpr DType dtype = DType::f32;
  for (const auto& [n, c_in, c_out] :
       {std::array{0, 8, 3}, {1, 1, 1}, {65, 13, 64}, {130, 64, 20}, {4200, 7, 5}})
    for (const bool with_bias : {false, true}) {
      SCOPED_TRACE(testing::Message() << n << " x " << c_in << " -> " << c_out);
      const auto run = [&](const Kernels& kernels, const Addresses& at) {
        LinearForwardArgs f;
        f.dtype = dtype;
        f.x = at[0];
        f.weight = at[1];
        f.bias = with_bias ? at[2] : nullptr;
        f.y = at[3];
        f.n = n;
        f.c_in = c_in;
        f.c_out = c_out;
        if (&kernels == &cpu_kernels()) kernels.linear.forward(f);
        else cuda::linear_forward_cublaslt(f);
      };
      expect_parity({random_tensor({n, c_in}, 1, dtype), random_tensor({c_out, c_in}, 2, dtype),
                     random_tensor({c_out}, 3, dtype), rubbish({n, c_out}, dtype)},
                    run, tolerance_of(dtype));
    }
}

/// The table's linear layers take cuBLASLt or our own product for a while.
class Blas {
 public:
  explicit Blas(bool used) : before_(cuda::uses_blas()) { cuda::set_uses_blas(used); }
  ~Blas() { cuda::set_uses_blas(before_); }

 private:
  bool before_;
};

TEST(CudaBlas, TheTableTakesItForForwardAndInputGradientInF32) {
  if (!cuda::has_blas()) GTEST_SKIP() << "no " << cuda::blas_library() << " here";
  constexpr int kN = 300, kIn = 48, kOut = 20;
  for (const DType dtype : {DType::f32, DType::f64}) {
    const auto run = [&](const Kernels& kernels, const Addresses& at) {
      kernels.linear.forward({dtype, at[0], at[1], at[2], at[3], kN, kIn, kOut});
      kernels.linear.backward(
          {dtype, at[0], at[1], at[4], at[5], at[6], at[7], std::int64_t{kN}, kIn, kOut});
    };
    const std::vector<Tensor> tensors{
        random_tensor({kN, kIn}, 1, dtype),   random_tensor({kOut, kIn}, 2, dtype),
        random_tensor({kOut}, 3, dtype),      rubbish({kN, kOut}, dtype),
        random_tensor({kN, kOut}, 4, dtype),  rubbish({kN, kIn}, dtype),
        rubbish({kOut, kIn}, dtype),          rubbish({kOut}, dtype)};
    std::vector<Tensor> by_blas, ours;
    for (const bool used : {true, false}) {
      const Blas blas(used);
      expect_parity(tensors, run, tolerance_of(dtype));
      (used ? by_blas : ours) = run_on_gpu(tensors, run);
    }
    for (std::size_t i = 6; i < tensors.size(); ++i)  // sums over all rows are ours always
      EXPECT_TRUE(testing_support::same_bits(by_blas[i], ours[i]));
  }
}

TEST(CudaBlas, ProductsOfTransposedOperandsEqualPlainOnes) {
  if (!cuda::has_blas()) GTEST_SKIP() << "no " << cuda::blas_library() << " here";
  constexpr int kM = 33, kN = 17, kK = 29;
  const Tensor a = random_tensor({kM, kK}, 1, DType::f64),
               b = random_tensor({kK, kN}, 2, DType::f64);
  Tensor a_t = Tensor::empty({kK, kM}, DType::f64), b_t = Tensor::empty({kN, kK}, DType::f64);
  Tensor wanted = Tensor::empty({kM, kN}, DType::f64);
  for (int k = 0; k < kK; ++k) {
    for (int m = 0; m < kM; ++m) a_t.data<double>()[k * kM + m] = a.data<double>()[m * kK + k];
    for (int n = 0; n < kN; ++n) b_t.data<double>()[n * kK + k] = b.data<double>()[k * kN + n];
  }
  for (int m = 0; m < kM; ++m)
    for (int n = 0; n < kN; ++n) {
      double sum = 0;
      for (int k = 0; k < kK; ++k)
        sum += a.data<double>()[m * kK + k] * b.data<double>()[k * kN + n];
      wanted.data<double>()[m * kN + n] = sum;
    }
  gpu_kernels();
  for (const bool a_transposed : {false, true})
    for (const bool b_transposed : {false, true}) {
      OnGpu left(a_transposed ? a_t : a), right(b_transposed ? b_t : b),
          out(rubbish({kM, kN}, DType::f64));
      const cuda::BlasProduct product({.dtype = DType::f64,
                                       .m = kM,
                                       .n = kN,
                                       .k = kK,
                                       .a_transposed = a_transposed,
                                       .b_transposed = b_transposed});
      product.run(left.data(), right.data(), nullptr, out.data());
      EXPECT_LE(testing_support::distance(out.to_host(), wanted), 1e-13)
          << a_transposed << b_transposed;
    }
}

}  // namespace
}  // namespace lsk3d::cuda_test
