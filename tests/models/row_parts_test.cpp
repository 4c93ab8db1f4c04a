// SPDX-License-Identifier: MIT
#include "row_parts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/nn/observer.h"
#include "models/random_model.h"

namespace lsk3d {
namespace {

using testing_support::random_batch;
using testing_support::random_model;
using testing_support::random_tensor;
using testing_support::same_bits;
using testing_support::small_settings;

TEST(RowParts, ChangeNoBitOfTheLogits) {
  const std::int64_t part = rows_of_a_part(Device::cpu());
  const auto model = random_model(small_settings(6), 1);
  for (const std::int64_t n : {part, part + 1, 4 * part + 777}) {
    PointBatch batch = random_batch(2, n);
    for (std::int64_t i = 0; i < n; ++i)  // over the whole volume, so that there are many voxels
      for (int a : {0, 1}) (batch.points.data<float>()[4 * i + a] += 1) *= 3.4f;
    const ScalePyramid pyramid = model->build_pyramid(batch);
    EXPECT_EQ(pyramid.levels[0].grid.size() > part, n > 4 * part);
    const Tensor in_parts = model->forward(batch, pyramid).value();
    const Tape tape;  // keeps what lies between the layers, so all rows go at once
    EXPECT_TRUE(same_bits(in_parts, model->forward(batch, pyramid).value())) << n << " points";
  }
}

TEST(RowParts, AVoxelMayHoldMorePointsThanAPart) {
  const std::int64_t part = rows_of_a_part(Device::cpu());
  const auto model = random_model(small_settings(6), 1);
  PointBatch batch = random_batch(3, 3 * part);
  float* points = batch.points.data<float>();
  for (std::int64_t i = 0; i < 8 * part; ++i) points[i] = 0.1f + 0.01f * points[i];  // two thirds
  const ScalePyramid pyramid = model->build_pyramid(batch);
  const Tensor in_parts = model->forward(batch, pyramid).value();
  const Tape tape;
  EXPECT_TRUE(same_bits(in_parts, model->forward(batch, pyramid).value()));
}

TEST(RowParts, CoverEveryRowOnceInOrder) {
  const std::int64_t rows = 2 * rows_of_a_part(Device::cpu()) + 5;
  const Tensor x = random_tensor({rows, 2}, 1, DType::f32);
  std::int64_t longest = 0;
  const Variable y = in_parts(rows, Device::cpu(), [&](std::int64_t begin, std::int64_t end) {
    longest = std::max(longest, end - begin);
    return Variable(x.rows(begin, end));
  });
  EXPECT_TRUE(same_bits(y.value(), x));
  EXPECT_EQ(longest, rows_of_a_part(Device::cpu()));
  const Variable none = in_parts(0, Device::cpu(), [&](std::int64_t begin, std::int64_t end) {
    return Variable(x.rows(begin, end));
  });
  EXPECT_EQ(none.shape(), (Shape{0, 2}));
}

TEST(RowParts, AreNotForWhoeverWantsAllRows) {
  const auto model = random_model(small_settings(4), 1);
  EXPECT_TRUE(may_run_in_parts(*model));
  {
    const Tape tape;
    EXPECT_FALSE(may_run_in_parts(*model));
    const NoGrad no_grad;
    EXPECT_TRUE(may_run_in_parts(*model));
  }
  {
    const OpTrace trace;
    EXPECT_FALSE(may_run_in_parts(*model));
  }
  {
    const ObserveLayers observe([](const std::string&, const Tensor&) {});
    EXPECT_FALSE(may_run_in_parts(*model));
  }
  model->train(true);
  EXPECT_FALSE(may_run_in_parts(*model));
}

}  // namespace
}  // namespace lsk3d
