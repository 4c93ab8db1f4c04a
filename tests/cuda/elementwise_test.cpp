// SPDX-License-Identifier: MIT
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

TEST(CudaElementwise, EqualsTheCpu) {
  using Member = void (*ElementwiseKernels::*)(const ElementwiseArgs&);
  const Member members[] = {&ElementwiseKernels::add, &ElementwiseKernels::leaky_relu,
                            &ElementwiseKernels::add_leaky_relu, &ElementwiseKernels::leaky_relu_backward,
                            &ElementwiseKernels::scale};
  for (const DType dtype : {DType::f32, DType::f64})
    for (const std::int64_t n : {1, 255, 256, 1000})
      for (const Member member : members)
        expect_parity({random_tensor({n}, 1, dtype), random_tensor({n}, 2, dtype), rubbish({n}, dtype)},
                      [&](const Kernels& kernels, const Addresses& at) {
                        ElementwiseArgs args;
                        args.dtype = dtype;
                        args.a = at[0];
                        args.b = at[1];
                        args.out = at[2];
                        args.n = n;
                        args.slope = 0.1;
                        (kernels.elementwise.*member)(args);
                      },
                      tolerance_of(dtype));
}

TEST(CudaElementwise, WorksInPlaceAndOnNothing) {
  for (const std::int64_t n : {0, 300})
    expect_parity({random_tensor({n}, 1, DType::f32)},
                  [&](const Kernels& kernels, const Addresses& at) {
                    ElementwiseArgs args;
                    args.a = args.out = at[0];
                    args.n = n;
                    args.slope = 0;
                    kernels.elementwise.leaky_relu(args);
                  },
                  0);
}

TEST(CudaElementwise, ColumnsAreCopiedAndTheOthersLeftAlone) {
  for (const DType dtype : {DType::f32, DType::f64})
    expect_parity({random_tensor({37, 5}, 1, dtype), random_tensor({37, 11}, 2, dtype)},
                  [&](const Kernels& kernels, const Addresses& at) {
                    CopyColumnsArgs args;
                    args.dtype = dtype;
                    args.from = at[0];
                    args.to = static_cast<std::byte*>(at[1]) + 4 * size_of(dtype);
                    args.rows = 37;
                    args.columns = args.from_stride = 5;
                    args.to_stride = 11;
                    kernels.elementwise.copy_columns(args);
                  },
                  0);
}

}  // namespace
}  // namespace lsk3d::cuda_test
