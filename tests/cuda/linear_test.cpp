// SPDX-License-Identifier: MIT
#include <array>

#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

TEST(CudaLinear, EqualsTheCpuForAnyWidth) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const auto& [n, c_in, c_out] : {std::array{0, 8, 3}, {1, 1, 1}, {65, 13, 64}, {130, 64, 20},
                                        {4200, 7, 5}})
      for (const bool with_bias : {false, true}) {
        SCOPED_TRACE(testing::Message() << n << " x " << c_in << " -> " << c_out);
        const auto run = [&](const Kernels& kernels, const Addresses& at) {
          LinearForwardArgs f;
          f.dtype = dtype;
          f.x = at[0];
          f.weight = at[1];
          f.bias = with_bias ? at[2] : nullptr;
          f.y = at[4];
          f.n = n;
          f.c_in = c_in;
          f.c_out = c_out;
          kernels.linear.forward(f);
          LinearBackwardArgs b;
          b.dtype = dtype;
          b.x = at[0];
          b.weight = at[1];
          b.grad_y = at[3];
          b.grad_x = at[5];
          b.grad_weight = at[6];
          b.grad_bias = at[7];
          b.n = n;
          b.c_in = c_in;
          b.c_out = c_out;
          kernels.linear.backward(b);
        };
        expect_parity({random_tensor({n, c_in}, 1, dtype), random_tensor({c_out, c_in}, 2, dtype),
                       random_tensor({c_out}, 3, dtype), random_tensor({n, c_out}, 4, dtype),
                       rubbish({n, c_out}, dtype), rubbish({n, c_in}, dtype),
                       rubbish({c_out, c_in}, dtype), rubbish({c_out}, dtype)},
                      run, tolerance_of(dtype));
      }
}

TEST(CudaLinear, GradientsThatAreNotWantedStayUntouched) {
  expect_parity({random_tensor({50, 6}, 1, DType::f32), random_tensor({50, 4}, 2, DType::f32),
                 rubbish({4, 6}, DType::f32)},
                [&](const Kernels& kernels, const Addresses& at) {
                  LinearBackwardArgs b;
                  b.x = at[0];
                  b.grad_y = at[1];
                  b.grad_weight = at[2];
                  b.n = 50;
                  b.c_in = 6;
                  b.c_out = 4;
                  kernels.linear.backward(b);
                },
                1e-5);
}

}  // namespace
}  // namespace lsk3d::cuda_test
