// SPDX-License-Identifier: MIT
// Over topology that the GPU has seen before, nothing is copied from the host and nobody waits.
#include "lsk3d/autograd/tape.h"
#include "lsk3d/ops/precision.h"
#include "lsk3d/ops/submanifold_conv.h"
#include "machine.h"
#include "models/golden_model.h"
#include "ops/random_topology.h"
#include "parity.h"
#include "support/golden.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::same_bits;

const Device kGpu = Device::cuda(0);

/// The second forward pass of this model over one batch, which must be the first one's twin.
void expect_steady(const ModelSettings& settings, const testing_support::GoldenModel& golden,
                   const char* what, Precision precision = Precision::f32) {
  SCOPED_TRACE(what);
  Lsk3dNet model(settings, golden.voxels, 3);
  model.to(kGpu);
  model.train(false);
  const NoGrad no_grad;
  const PrecisionScope scope(precision);
  const ScalePyramid pyramid = model.build_pyramid(golden.batch).to(kGpu);
  const PointBatch batch = golden.batch.to(kGpu);
  const Tensor first = model.forward(batch, pyramid).value();
  const cuda_emulation::Traffic before = cuda_emulation::traffic();
  const Tensor second = model.forward(batch, pyramid).value();
  const cuda_emulation::Traffic after = cuda_emulation::traffic();
  EXPECT_EQ(after.uploads, before.uploads);
  EXPECT_EQ(after.downloads, before.downloads);
  EXPECT_EQ(after.waits, before.waits);
  EXPECT_TRUE(same_bits(first.to(Device::cpu()), second.to(Device::cpu())));
}

TEST(CudaSteadyState, AForwardPassCopiesNothingAndWaitsForNothing) {
  const testing_support::GoldenModel golden(
      testing_support::golden_path("syn_k5_h8/model.safetensors"));
  ModelSettings settings = golden.settings;
  expect_steady(settings, golden, "full");
  expect_steady(settings, golden, "full in bf16", Precision::bf16);
  settings.conv = "depthwise";
  expect_steady(settings, golden, "depthwise");
  settings.conv = "shared";
  settings.shared_partition = {0, 2, 3, 5};
  expect_steady(settings, golden, "shared");
}

TEST(CudaSteadyState, TopologyOfABatchIsFoundWithOneWait) {
  const testing_support::GoldenModel golden(
      testing_support::golden_path("syn_k5_h8/model.safetensors"));
  Lsk3dNet model(golden.settings, golden.voxels, 3);
  model.to(kGpu);
  model.train(false);
  const NoGrad no_grad;
  const PrecisionScope scope(Precision::bf16);  // which plans tiles as well
  const PointBatch batch = golden.batch.to(kGpu);
  const cuda_emulation::Traffic before = cuda_emulation::traffic();
  const Tensor found = model.forward(batch, {}).value();
  const cuda_emulation::Traffic after = cuda_emulation::traffic();
  EXPECT_EQ(after.waits - before.waits, 1);
  EXPECT_EQ(after.downloads - before.downloads, 1);
  const ScalePyramid pyramid = model.build_pyramid(golden.batch);
  EXPECT_GE(pyramid.levels[0].grid.size(), 512);
  const Tensor wanted = model.forward(batch, pyramid).value();
  EXPECT_TRUE(same_bits(found.to(Device::cpu()), wanted.to(Device::cpu())));
}

TEST(CudaSteadyState, NorDoesABackwardPassUnderAMask) {
  const VoxelGrid grid = testing_support::random_grid(200, 5);
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(3)).to(kGpu);
  WeightPattern pattern;
  for (std::int32_t k = 0; k < 27; k += 2) pattern.offsets.push_back(k);
  const auto random = [](const Shape& shape, std::uint64_t seed) {
    return testing_support::random_tensor(shape, seed, DType::f32).to(kGpu);
  };
  const Tensor x = random({grid.size(), 8}, 1), w = random({3, 3, 3, 8, 16}, 2),
               grad = random({grid.size(), 16}, 3);
  sparse_conv_backward(grad, x, w, map, &pattern);
  const cuda_emulation::Traffic before = cuda_emulation::traffic();
  sparse_conv_backward(grad, x, w, map, &pattern);
  EXPECT_EQ(cuda_emulation::traffic(), before);
  WeightPattern other = pattern;  // starts with nothing of the GPU's
  other.offsets.resize(3);
  const auto grads = sparse_conv_backward(grad, x, w, map, &other);
  const Tensor dense = grads.weight.to(Device::cpu());
  for (std::int64_t i = 5 * 8 * 16; i < dense.numel(); ++i) ASSERT_EQ(dense.data<float>()[i], 0);
}

}  // namespace
}  // namespace lsk3d::cuda_test
