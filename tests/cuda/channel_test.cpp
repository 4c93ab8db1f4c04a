// SPDX-License-Identifier: MIT
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

/// Channels along each axis of a small kernel, of a matrix and of a vector; some of them only.
const ChannelView kViews[] = {{27, 6, 10, 0, 6},
                              {162, 10, 1, 0, 10},
                              {1, 27, 60, 3, 5},
                              {1, 1620, 1, 20, 7},
                              {540, 3, 1, 1, 1}};

TEST(CudaChannel, SumsEqualTheCpu) {
  for (const ChannelView& view : kViews)
    for (const bool squares : {false, true})
      expect_parity(
          {random_tensor({1620}, 1, DType::f32), random_tensor({1620}, 2, DType::f32),
           rubbish({view.width}, DType::f64)},
          [&](const Kernels& kernels, const Addresses& at) {
            kernels.channel.sums({.view = view,
                                  .value = static_cast<const float*>(at[0]),
                                  .factor = static_cast<const float*>(at[squares ? 0 : 1]),
                                  .sums = static_cast<double*>(at[2])});
          },
          1e-13);
}

TEST(CudaChannel, ScalingEqualsTheCpuBitForBit) {
  for (const ChannelView& view : kViews) {
    Tensor factors = random_tensor({view.width}, 3);
    factors.data<double>()[0] = 1;  // stays as it is
    expect_parity(
        {random_tensor({1620}, 1, DType::f32), factors},
        [&](const Kernels& kernels, const Addresses& at) {
          kernels.channel.scale({.view = view,
                                 .x = static_cast<float*>(at[0]),
                                 .factors = static_cast<const double*>(at[1])});
        },
        0);
  }
}

}  // namespace
}  // namespace lsk3d::cuda_test
