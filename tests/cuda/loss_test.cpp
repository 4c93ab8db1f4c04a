// SPDX-License-Identifier: MIT
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

constexpr int kClasses = 5, kIgnore = 0;

/// Labels 0 … classes − 2: the last class has no row, and a few rows are ignored.
Tensor labels(std::int64_t n) { return testing_support::random_indices(n, kClasses - 1, 5); }

using Loss = void (*LossKernels::*)(const LossArgs&);

void check(Loss loss, DType dtype, std::int64_t n, const Tensor& labels, double smoothing, bool gradient) {
  SCOPED_TRACE(testing::Message() << n << " rows of " << to_string(dtype));
  expect_parity({random_tensor({n, kClasses}, 1, dtype, -4, 4), labels,
                 random_tensor({kClasses}, 2, dtype, 0.5, 2), rubbish({1}, dtype),
                 gradient ? rubbish({n, kClasses}, dtype) : Tensor::zeros({1})},
                [&](const Kernels& kernels, const Addresses& at) {
                  LossArgs args;
                  args.dtype = dtype;
                  args.logits = at[0];
                  args.labels = static_cast<const std::int32_t*>(at[1]);
                  args.class_weights = at[2];
                  args.loss = at[3];
                  args.grad_logits = gradient ? at[4] : nullptr;
                  args.n = n;
                  args.classes = kClasses;
                  args.ignore = kIgnore;
                  args.label_smoothing = smoothing;
                  (kernels.loss.*loss)(args);
                },
                dtype == DType::f32 ? 1e-5 : 1e-12);
}

TEST(CudaLoss, CrossEntropyEqualsTheCpu) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const std::int64_t n : {1, 300, 1111})
      for (const double smoothing : {0.0, 0.1})
        check(&LossKernels::cross_entropy, dtype, n, labels(n), smoothing, true);
  check(&LossKernels::cross_entropy, DType::f32, 300, labels(300), 0, false);
}

TEST(CudaLoss, LovaszSoftmaxEqualsTheCpu) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const std::int64_t n : {1, 300, 2500})  // the last is more than one tile of the sort
      check(&LossKernels::lovasz_softmax, dtype, n, labels(n), 0, true);
  check(&LossKernels::lovasz_softmax, DType::f32, 300, labels(300), 0, false);
}

TEST(CudaLoss, WithoutALabelItIsZero) {
  const Tensor all_ignored = Tensor::full({90}, kIgnore, DType::i32), none = Tensor::zeros({0}, DType::i32);
  for (const Loss loss : {&LossKernels::cross_entropy, &LossKernels::lovasz_softmax}) {
    check(loss, DType::f32, 90, all_ignored, 0, true);
    check(loss, DType::f32, 0, none, 0, true);
  }
}

TEST(CudaLoss, LovaszSoftmaxKeepsTheOrderOfEqualErrors) {
  // Every row has the same logits: the order decides which row gets which part of the gradient.
  const std::int64_t n = 600;
  expect_parity({Tensor::full({n, kClasses}, 0.5), labels(n), rubbish({1}, DType::f32),
                 rubbish({n, kClasses}, DType::f32)},
                [&](const Kernels& kernels, const Addresses& at) {
                  LossArgs args;
                  args.logits = at[0];
                  args.labels = static_cast<const std::int32_t*>(at[1]);
                  args.loss = at[2];
                  args.grad_logits = at[3];
                  args.n = n;
                  args.classes = kClasses;
                  args.ignore = kIgnore;
                  kernels.loss.lovasz_softmax(args);
                },
                1e-5);
}

}  // namespace
}  // namespace lsk3d::cuda_test
