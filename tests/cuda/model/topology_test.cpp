// SPDX-License-Identifier: MIT
// Kernel maps and pyramids in GPU memory.
#include "lsk3d/core/device_memory.h"
#include "lsk3d/sparse/scale_pyramid.h"
#include "ops/random_topology.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

const Device kGpu = Device::cuda(0);

std::vector<std::int32_t> on_host(const std::int32_t* rows, std::int64_t count) {
  std::vector<std::int32_t> copy(static_cast<std::size_t>(count));
  cuda_memory(kGpu).download(copy.data(), rows, copy.size() * sizeof(std::int32_t));
  return copy;
}

void expect_same_lists(const KernelMap& host, const KernelMap& there) {
  EXPECT_EQ(there.device(), kGpu);
  EXPECT_EQ(there.kernel(), host.kernel());
  EXPECT_EQ(there.rows_in(), host.rows_in());
  EXPECT_EQ(there.rows_out(), host.rows_out());
  EXPECT_EQ(there.pair_count(), host.pair_count());
  EXPECT_EQ(there.bytes(), host.bytes());
  const PairLists wanted = host.pairs(), found = there.pairs();
  ASSERT_EQ(found.offsets(), wanted.offsets());
  for (std::int64_t k = 0; k < wanted.offsets(); ++k) {
    const std::int64_t n = wanted.count(k);
    ASSERT_EQ(found.count(k), n);
    EXPECT_EQ(on_host(found.in(k), n), std::vector<std::int32_t>(wanted.in(k), wanted.in(k) + n));
    EXPECT_EQ(on_host(found.out(k), n),
              std::vector<std::int32_t>(wanted.out(k), wanted.out(k) + n));
  }
}

TEST(CudaTopology, KernelMapsMoveWithTheirLists) {
  const VoxelGrid grid = testing_support::random_grid(300, 7);
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(5));
  expect_same_lists(map, map.to(kGpu));
  EXPECT_TRUE(map.to(Device::cpu()).same_as(map));
  const KernelMap strided =
      KernelMap::strided(grid, downsample(grid, 2).grid, KernelSize::cube(3), 2);
  expect_same_lists(strided.transposed(), strided.to(kGpu).transposed());
  EXPECT_FALSE(KernelMap().to(kGpu).defined());
}

TEST(CudaTopology, LevelsOfEqualScaleShareTheirCopy) {
  PointBatch batch;
  batch.points = testing_support::random_tensor({50, 4}, 1, DType::f32, 0, 1);
  batch.normals = Tensor::zeros({50, 3});
  batch.batch_index = Tensor::zeros({50}, DType::i32);
  const ScalePyramid host = build_scale_pyramid(batch, {}, {4, 4, 4}, KernelSize::cube(3));
  const ScalePyramid there = host.to(kGpu);
  ASSERT_EQ(there.levels.size(), 4u);
  EXPECT_FALSE(there.levels[1].points.index.same_memory(there.levels[0].points.index));
  EXPECT_TRUE(there.levels[2].points.index.same_memory(there.levels[1].points.index));
  EXPECT_TRUE(there.levels[2].map.same_as(there.levels[1].map));
  EXPECT_TRUE(there.levels[2].coarser.index.same_memory(there.levels[1].coarser.index));
  EXPECT_FALSE(there.levels[3].map.defined());
  EXPECT_FALSE(there.levels[3].coarser.index.defined());
  expect_same_lists(host.levels[0].map, there.levels[0].map);
}

}  // namespace
}  // namespace lsk3d::cuda_test
