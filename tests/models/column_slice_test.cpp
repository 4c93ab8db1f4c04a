// SPDX-License-Identifier: MIT
#include "column_slice.h"

#include <gtest/gtest.h>

#include "lsk3d/autograd/gradient_check.h"
#include "lsk3d/autograd/tape.h"

namespace lsk3d {
namespace {

TEST(ColumnSlice, TakesColumns) {
  const Variable x(Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3}));
  const Tensor y = column_slice(x, 1, 3).value();
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
  EXPECT_EQ(std::vector<float>(y.data<float>(), y.data<float>() + 4),
            (std::vector<float>{2, 3, 5, 6}));
}

TEST(ColumnSlice, Gradient) {
  const Tensor x = Tensor::from<double>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 4});
  const GradientCheck check = check_gradients(
      [](const std::vector<Variable>& in) { return column_slice(in[0], 1, 3); }, {x});
  EXPECT_TRUE(check.ok) << check.message;
}

TEST(ColumnSlice, GradientsOfSeveralSlicesAddUp) {
  const Variable x(Tensor::zeros({1, 3}), true);
  Tape tape;
  const Variable left = column_slice(x, 0, 2), right = column_slice(x, 1, 3);
  left.accumulate(Tensor::full({1, 2}, 1));
  tape.backward(right);
  EXPECT_EQ(std::vector<float>(x.grad().data<float>(), x.grad().data<float>() + 3),
            (std::vector<float>{1, 2, 1}));
}

TEST(ColumnSlice, OutOfRangeIsOurBug) {
  const Variable x(Tensor::zeros({1, 3}));
  EXPECT_THROW(column_slice(x, 2, 4), InternalError);
  EXPECT_THROW(column_slice(x, 2, 2), InternalError);
}

}  // namespace
}  // namespace lsk3d
