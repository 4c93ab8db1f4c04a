// SPDX-License-Identifier: MIT
#include "point_features.h"

#include <gtest/gtest.h>

#include "lsk3d/core/error.h"

namespace lsk3d {
namespace {

PointBatch two_points() {
  PointBatch batch;
  batch.points = Tensor::from<float>({10.01f, -3.01f, 0.51f, 0.3f, 10.03f, -3.03f, 0.53f, 0.7f},
                                     {2, 4});
  batch.normals = Tensor::from<float>({1, 0, 0, 0, 0, 1}, {2, 3});
  batch.batch_index = Tensor::zeros({2}, DType::i32);
  return batch;
}

TEST(PointFeatures, AreMeasuredFromTheMeanAndTheCorner) {
  const PointBatch batch = two_points();
  const VoxelSettings voxels;  // 5 cm: both in the voxel at (10.0, −3.05, 0.5)
  const auto pyramid = build_scale_pyramid(batch, voxels, {2}, KernelSize::cube(3));
  ASSERT_EQ(pyramid.levels[0].grid.size(), 1);
  const Tensor f = point_features(batch, pyramid.levels[0], voxels);
  const float wanted[13] = {10.01f, -3.01f, 0.51f, 0.3f, -0.01f, 0.01f, -0.01f,
                            0.01f,  0.04f,  0.01f, 1,    0,      0};
  for (int i = 0; i < 13; ++i) EXPECT_NEAR(f.data<float>()[i], wanted[i], 1e-5) << i;
}

TEST(PointFeatures, RefuseAnotherBatchsPyramid) {
  const PointBatch batch = two_points();
  const auto pyramid = build_scale_pyramid(batch, {}, {2}, KernelSize::cube(3));
  PointBatch one = batch;
  one.points = batch.points.rows(0, 1);
  EXPECT_THROW(point_features(one, pyramid.levels[0], {}), UsageError);
  EXPECT_THROW(point_features(batch, pyramid.levels[1], {}), UsageError);
  PointBatch bare = batch;
  bare.normals = Tensor::zeros({2, 2});
  EXPECT_THROW(point_features(bare, pyramid.levels[0], {}), UsageError);
}

}  // namespace
}  // namespace lsk3d
