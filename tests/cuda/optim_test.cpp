// SPDX-License-Identifier: MIT
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

TEST(CudaOptim, SgdEqualsTheCpu) {
  for (const double momentum : {0.0, 0.9})
    for (const bool nesterov : {false, true})
      for (const bool first : {false, true})
        expect_parity({random_tensor({777}, 1, DType::f32), random_tensor({777}, 2, DType::f32),
                       random_tensor({777}, 3, DType::f32)},
                      [&](const Kernels& kernels, const Addresses& at) {
                        SgdArgs args;
                        args.weight = static_cast<float*>(at[0]);
                        args.grad = static_cast<const float*>(at[1]);
                        args.momentum_buffer = momentum > 0 ? static_cast<float*>(at[2]) : nullptr;
                        args.n = 777;
                        args.lr = 0.1;
                        args.momentum = momentum;
                        args.weight_decay = 0.01;
                        args.grad_scale = 0.5;
                        args.nesterov = nesterov;
                        args.first_step = first;
                        kernels.optim.sgd(args);
                      },
                      1e-6);
}

TEST(CudaOptim, AdamEqualsTheCpu) {
  for (const bool decoupled : {false, true})
    for (const std::int64_t step : {1, 100})
      expect_parity({random_tensor({777}, 1, DType::f32), random_tensor({777}, 2, DType::f32),
                     random_tensor({777}, 3, DType::f32), random_tensor({777}, 4, DType::f32, 0, 1)},
                    [&](const Kernels& kernels, const Addresses& at) {
                      AdamArgs args;
                      args.weight = static_cast<float*>(at[0]);
                      args.grad = static_cast<const float*>(at[1]);
                      args.exp_avg = static_cast<float*>(at[2]);
                      args.exp_avg_sq = static_cast<float*>(at[3]);
                      args.n = 777;
                      args.step = step;
                      args.lr = 0.01;
                      args.weight_decay = 0.1;
                      args.grad_scale = 0.5;
                      args.decoupled = decoupled;
                      kernels.optim.adam(args);
                    },
                    1e-6);
}

TEST(CudaOptim, SquaredNormEqualsTheCpu) {
  for (const std::int64_t n : {0, 1, 1000, 10000})
    expect_parity({random_tensor({n}, 1, DType::f32), Tensor::full({1}, 2.5, DType::f64)},
                  [&](const Kernels& kernels, const Addresses& at) {
                    kernels.optim.add_squared_norm(static_cast<const float*>(at[0]), n,
                                                   static_cast<double*>(at[1]));
                  },
                  1e-13);
}

TEST(CudaOptim, MaskEqualsTheCpu) {
  std::vector<std::uint8_t> mask(500);
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % 3 != 0;
  expect_parity({random_tensor({500}, 1, DType::f32), Tensor::from(mask, {500})},
                [&](const Kernels& kernels, const Addresses& at) {
                  kernels.optim.apply_mask(static_cast<float*>(at[0]),
                                           static_cast<const std::uint8_t*>(at[1]), 500);
                },
                0);
}

}  // namespace
}  // namespace lsk3d::cuda_test
