// SPDX-License-Identifier: MIT
#include <array>

#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

struct Case {
  DType dtype;
  std::int64_t n;
  int channels;
  bool batch_statistics;
  double low = -1, high = 1;  // of x
};

void check(const Case& c) {
  SCOPED_TRACE(testing::Message() << c.n << " x " << c.channels);
  const Shape rows{c.n, c.channels}, columns{c.channels};
  const auto run = [&](const Kernels& kernels, const Addresses& at) {
    BatchNormStatisticsArgs s;
    s.dtype = c.dtype;
    s.x = at[0];
    s.mean = static_cast<double*>(at[6]);
    s.inv_std = static_cast<double*>(at[7]);
    s.running_mean = at[4];
    s.running_var = at[5];
    s.n = c.n;
    s.channels = c.channels;
    if (c.batch_statistics) kernels.batch_norm.statistics(s);
    else kernels.batch_norm.running_statistics(s);
    BatchNormForwardArgs f;
    f.dtype = c.dtype;
    f.x = at[0];
    f.mean = s.mean;
    f.inv_std = s.inv_std;
    f.weight = at[2];
    f.bias = at[3];
    f.y = at[8];
    f.n = c.n;
    f.channels = c.channels;
    f.slope = 0.1;
    kernels.batch_norm.forward(f);
    BatchNormBackwardArgs b;
    b.dtype = c.dtype;
    b.x = at[0];
    b.mean = s.mean;
    b.inv_std = s.inv_std;
    b.weight = at[2];
    b.bias = at[3];
    b.grad_y = at[1];
    b.grad_x = at[9];
    b.grad_weight = at[10];
    b.grad_bias = at[11];
    b.n = c.n;
    b.channels = c.channels;
    b.slope = 0.1;
    b.batch_statistics = c.batch_statistics;
    kernels.batch_norm.backward(b);
  };
  expect_parity({random_tensor(rows, 1, c.dtype, c.low, c.high), random_tensor(rows, 2, c.dtype),
                 random_tensor(columns, 3, c.dtype), random_tensor(columns, 4, c.dtype),
                 random_tensor(columns, 5, c.dtype), random_tensor(columns, 6, c.dtype, 0.5, 2),
                 rubbish(columns, DType::f64), rubbish(columns, DType::f64), rubbish(rows, c.dtype),
                 rubbish(rows, c.dtype), rubbish(columns, c.dtype), rubbish(columns, c.dtype)},
                run, tolerance_of(c.dtype));
}

TEST(CudaBatchNorm, EqualsTheCpu) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const bool batch_statistics : {false, true}) {
      check({dtype, 70, 5, batch_statistics});
      check({dtype, 600, 64, batch_statistics});
      check({dtype, 1500, 3, batch_statistics});
    }
  check({DType::f32, 1, 4, false});
}

TEST(CudaBatchNorm, IsPreciseFarFromZero) {
  // x in [1000, 1001): the variance is a millionth of the square.
  const std::int64_t n = 1300;
  const Tensor x = random_tensor({n, 2}, 1, DType::f32, 1000, 1001);
  expect_parity({x, rubbish({2}, DType::f64), rubbish({2}, DType::f64), Tensor::zeros({2}),
                 Tensor::zeros({2})},
                [&](const Kernels& kernels, const Addresses& at) {
                  BatchNormStatisticsArgs s;
                  s.x = at[0];
                  s.mean = static_cast<double*>(at[1]);
                  s.inv_std = static_cast<double*>(at[2]);
                  s.running_mean = at[3];
                  s.running_var = at[4];
                  s.n = n;
                  s.channels = 2;
                  kernels.batch_norm.statistics(s);
                },
                1e-6);
}

}  // namespace
}  // namespace lsk3d::cuda_test
