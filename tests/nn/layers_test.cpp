// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "lsk3d/autograd/tape.h"
#include "lsk3d/nn/batch_norm.h"
#include "lsk3d/nn/linear.h"
#include "lsk3d/nn/observer.h"
#include "lsk3d/nn/separable_conv.h"
#include "lsk3d/nn/shared_conv.h"
#include "lsk3d/nn/sparse_conv.h"

namespace lsk3d {
namespace {

TEST(Linear, ComputesWxPlusB) {
  Linear layer(2, 3);
  layer.weight().value().copy_from(Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2}));
  layer.bias()->value().copy_from(Tensor::from<float>({10, 20, 30}, {3}));
  const Tensor y = layer(Variable(Tensor::from<float>({1, -1}, {1, 2}))).value();
  EXPECT_EQ(std::vector<float>(y.data<float>(), y.data<float>() + 3),
            (std::vector<float>{9, 19, 29}));
}

TEST(Linear, WithoutBiasHasOneParameter) {
  Linear layer(2, 3, false);
  EXPECT_EQ(layer.bias(), nullptr);
  EXPECT_EQ(layer.parameters().size(), 1u);
}

TEST(Layers, RefuseEmptyWidths) {
  EXPECT_THROW(Linear(0, 3), UsageError);
  EXPECT_THROW(Linear(3, -1), UsageError);
  EXPECT_THROW(BatchNorm(0), UsageError);
  EXPECT_THROW(SparseConv(0, 4, KernelSize::cube(3)), UsageError);
  EXPECT_THROW(DepthwiseConv(0, KernelSize::cube(3)), UsageError);
  EXPECT_THROW(SeparableConv(4, 0, KernelSize::cube(3)), UsageError);
  EXPECT_THROW(SharedConv(4, 0, SpatialPartition(KernelSize::cube(3), {0, 3}, "cuts")), UsageError);
}

TEST(Layers, RefuseInputsOfAnotherWidth) {
  Linear layer(2, 3);
  EXPECT_THROW(layer(Variable(Tensor::zeros({4, 3}))), UsageError);
}

TEST(BatchNorm, UsesTheBatchInTrainingAndTheRunningStatisticsAfter) {
  BatchNorm norm(1);
  const Variable x(Tensor::from<float>({1, 2, 3, 6}, {4, 1}));  // mean 3, variance 3.5 or 14/3
  const Tensor y = norm(x).value();
  EXPECT_NEAR(y.data<float>()[0], -2 / std::sqrt(3.5 + 1e-5), 1e-5);
  EXPECT_NEAR(norm.running_mean().value.item(), 0.3, 1e-6);
  EXPECT_NEAR(norm.running_var().value.item(), 0.9 + 0.1 * 14 / 3, 1e-6);
  norm.train(false);
  const Tensor z = norm(x, 0.0).value();  // with ReLU
  EXPECT_NEAR(z.data<float>()[3], (6 - 0.3) / std::sqrt(0.9 + 1.4 / 3 + 1e-5), 1e-5);
  EXPECT_NEAR(norm.running_mean().value.item(), 0.3, 1e-6);
}

TEST(SparseConv, PassesOnThePatternOfItsWeight) {
  const Tensor voxels = Tensor::from<std::int32_t>({0, 0, 0, 0, 0, 1, 0, 0}, {2, 4});
  const auto map = KernelMap::submanifold(VoxelGrid::build(voxels).grid, KernelSize::cube(3));
  SparseConv conv(1, 1, KernelSize::cube(3));
  conv.weight().value().fill(1);
  const Variable x(Tensor::from<float>({1, 10}, {2, 1}));
  EXPECT_EQ(conv(x, map).value().data<float>()[0], 11);
  auto centre = std::make_shared<WeightPattern>();
  centre->offsets = {13};
  conv.weight().pattern = centre;
  EXPECT_EQ(conv(x, map).value().data<float>()[0], 1);
}

/// Two voxels side by side along x, with features 1 and 10.
struct TwoVoxels {
  KernelMap map = KernelMap::submanifold(
      VoxelGrid::build(Tensor::from<std::int32_t>({0, 0, 0, 0, 0, 1, 0, 0}, {2, 4})).grid,
      KernelSize::cube(3));
  Variable x{Tensor::from<float>({1, 10}, {2, 1})};
};

TEST(SeparableConv, WeighsOffsetsThenMixesChannels) {
  const TwoVoxels two;
  SeparableConv conv(1, 2, KernelSize::cube(3));
  conv.name_parameters();
  ASSERT_EQ(conv.parameters().size(), 2u);
  EXPECT_EQ(conv.parameters()[0]->name, "depthwise.weight");
  EXPECT_EQ(conv.parameters()[0], &conv.kernel());
  EXPECT_EQ(conv.parameters()[1]->name, "pointwise.weight");
  conv.kernel().value().fill(1);
  conv.parameters()[1]->value().copy_from(Tensor::from<float>({2, 3}, {2, 1}));
  const Tensor y = conv(two.x, two.map).value();
  EXPECT_EQ(y.data<float>()[0], 22);
  EXPECT_EQ(y.data<float>()[1], 33);
  auto centre = std::make_shared<WeightPattern>();
  centre->offsets = {13};
  conv.kernel().pattern = centre;
  EXPECT_EQ(conv(two.x, two.map).value().data<float>()[3], 30);
}

TEST(SharedConv, GivesEachGroupItsWeight) {
  const TwoVoxels two;
  SharedConv conv(1, 1, SpatialPartition(KernelSize::cube(3), {0, 1, 3}, "cuts"));
  EXPECT_EQ(conv.kernel().value().shape(), (Shape{2, 2, 2, 1, 1}));
  conv.kernel().value().fill(0);
  conv.kernel().value().data<float>()[7] = 1;  // the centre and what lies behind it
  const Tensor y = conv(two.x, two.map).value();
  EXPECT_EQ(y.data<float>()[0], 11);
  EXPECT_EQ(y.data<float>()[1], 10);
}

TEST(Layers, ConvsOfEveryKindStartAtTheScaleOfTheirInputs) {
  const auto largest = [](Module& module, int parameter) {
    module.name_parameters();
    module.initialise(3);
    float most = 0;
    const Tensor& value = module.parameters()[static_cast<std::size_t>(parameter)]->value();
    for (float w : value.span<float>()) most = std::max(most, std::abs(w));
    return most;
  };
  SeparableConv separable(16, 16, KernelSize::cube(5));
  EXPECT_NEAR(largest(separable, 0), 1 / std::sqrt(125.0), 1e-3);
  EXPECT_NEAR(largest(separable, 1), 0.25, 1e-2);
  SharedConv shared(16, 16, SpatialPartition(KernelSize::cube(5), {0, 2, 3, 5}, "cuts"));
  EXPECT_NEAR(largest(shared, 0), 1 / std::sqrt(125.0 * 16), 1e-3);
}

TEST(Observer, SeesEachLayerByName) {
  Linear layer(2, 2);
  layer.name_parameters("some.layer.");
  std::vector<std::string> seen;
  {
    const ObserveLayers observe(
        [&](const std::string& name, const Tensor&) { seen.push_back(name); });
    EXPECT_TRUE(layers_are_observed());
    layer(Variable(Tensor::zeros({1, 2})));
  }
  EXPECT_FALSE(layers_are_observed());
  layer(Variable(Tensor::zeros({1, 2})));
  EXPECT_EQ(seen, std::vector<std::string>{"some.layer"});
}

TEST(Layers, GradientsReachParameters) {
  Linear layer(2, 1);
  Tape tape;
  const Variable y = layer(Variable(Tensor::from<float>({3, 4}, {1, 2})));
  tape.backward(y);
  EXPECT_EQ(layer.weight().grad().data<float>()[1], 4);
  EXPECT_EQ(layer.bias()->grad().item(), 1);
}

}  // namespace
}  // namespace lsk3d
