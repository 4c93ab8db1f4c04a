// SPDX-License-Identifier: MIT
// Kernel maps and pyramids in GPU memory.
#include "lsk3d/core/device_memory.h"
#include "lsk3d/sparse/scale_pyramid.h"
#include "ops/random_topology.h"
#include "parity.h"
#include "support/expect_throw.h"

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

void expect_same_segments(const Segments& host, const Segments& there) {
  ASSERT_EQ(there.start.defined(), host.start.defined());
  if (!host.start.defined()) return;
  EXPECT_TRUE(testing_support::same_bits(there.start.to(Device::cpu()), host.start));
  EXPECT_TRUE(testing_support::same_bits(there.order.to(Device::cpu()), host.order));
  EXPECT_TRUE(testing_support::same_bits(there.index.to(Device::cpu()), host.index));
}

/// Points of two scans, some of them outside the volume on either side, several to a voxel.
PointBatch scattered(std::int64_t n, std::uint64_t seed) {
  PointBatch batch;
  batch.points = testing_support::random_tensor({n, 4}, seed, DType::f32, -1.5, 3);
  batch.normals = Tensor::zeros({n, 3});
  batch.batch_index = Tensor::zeros({n}, DType::i32);
  for (std::int64_t i = n / 3; i < n; ++i) batch.batch_index.data<std::int32_t>()[i] = 1;
  batch.batch_size = 2;
  return batch;
}

const VoxelSettings kVolume{.min = {-1, -1, -1}, .max = {2, 2, 1}, .grid = {13, 12, 7}};

TEST(CudaTopology, FoundOnTheGpuEqualsTheCpus) {
  for (const std::int64_t n : {0, 1, 700})
    for (const std::vector<int>& scales : {std::vector<int>{2, 4, 4}, {1, 3}, {2}})
      for (const bool outside : {true, false}) {
        SCOPED_TRACE(testing::Message() << n << " points, " << scales.size() << " scales"
                                        << (outside ? ", some outside" : ""));
        const KernelSize kernel = scales.size() == 1 ? KernelSize{1, 1, 1} : KernelSize{3, 5, 3};
        const PointBatch batch = scattered(n, 3);
        const VoxelSettings volume =
            outside ? kVolume
                    : VoxelSettings{.min = {-2, -2, -2}, .max = {3, 3, 3}, .grid = {16, 15, 9}};
        const ScalePyramid host = build_scale_pyramid(batch, volume, scales, kernel);
        for (const bool reversed : {false, true}) {
          reverse_order(reversed);
          const ScalePyramid there = build_scale_pyramid(batch.to(kGpu), volume, scales, kernel);
          reverse_order(false);
          ASSERT_EQ(there.levels.size(), host.levels.size());
          for (std::size_t i = 0; i < host.levels.size(); ++i) {
            const ScaleLevel &wanted = host.levels[i], &found = there.levels[i];
            EXPECT_EQ(found.scale, wanted.scale);
            EXPECT_TRUE(testing_support::same_bits(found.grid.coordinates().to(Device::cpu()),
                                                   wanted.grid.coordinates()));
            expect_same_segments(wanted.points, found.points);
            expect_same_segments(wanted.coarser, found.coarser);
            ASSERT_EQ(found.map.defined(), wanted.map.defined());
            if (wanted.map.defined()) expect_same_lists(wanted.map, found.map);
          }
        }
      }
  const ScalePyramid there =
      build_scale_pyramid(scattered(50, 4).to(kGpu), kVolume, {2, 2, 2}, KernelSize::cube(3));
  EXPECT_TRUE(there.levels[2].map.same_as(there.levels[1].map));
  EXPECT_EQ(there.levels[0].grid.find({0, 9999, 0, 0}), -1);
}

TEST(CudaTopology, APointWithoutAVoxelIsNamedAsOnTheCpu) {
  PointBatch batch = scattered(60, 5);
  batch.points.data<float>()[41 * 4 + 1] = NAN;
  batch.points.data<float>()[17 * 4 + 2] = 1e30f;
  const auto build = [&] {
    build_scale_pyramid(batch.to(kGpu), kVolume, {2, 4}, KernelSize::cube(3));
  };
  LSK3D_EXPECT_THROW(build(), DataError, "point 17", "z");
  batch.points.data<float>()[17 * 4 + 2] = 0;
  LSK3D_EXPECT_THROW(build(), DataError, "point 41", "y", "finite");
  batch.points.data<float>()[41 * 4 + 1] = 0;
  batch.batch_index.data<std::int32_t>()[3] = 2;
  LSK3D_EXPECT_THROW(build(), UsageError, "batch_index", "point 3");
}

}  // namespace
}  // namespace lsk3d::cuda_test
