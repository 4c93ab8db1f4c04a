// SPDX-License-Identifier: MIT
#include "voxel_index.h"

#include <limits>

#include "kernel_map.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/sparse/kernel_map.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

/// i32 [n, 4]: random voxels of two scans in a small box around `centre`, many of them twice.
Tensor random_voxels(std::int64_t n, std::uint64_t extent, std::int32_t centre) {
  Rng rng(3);
  Tensor t = Tensor::empty({n, 4}, DType::i32);
  const auto values = t.span<std::int32_t>();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::int32_t>(i % 4 == 0 ? std::int64_t(rng.below(2))
                                                     : centre - std::int64_t(rng.below(extent)));
  return t;
}

template <typename T>
std::vector<T> values(const Tensor& tensor) {
  const auto span = tensor.span<T>();
  return {span.begin(), span.end()};
}

/// A box around zero and one that ends where int32 does, beyond which an offset must not wrap.
const std::int32_t kCentres[] = {5, std::numeric_limits<std::int32_t>::max(),
                                 std::numeric_limits<std::int32_t>::min() + 9};

TEST(CudaVoxelIndex, FindsTheCpusVoxelsAndSegments) {
  for (const std::int64_t n : {0, 1, 700, 2500})
    for (const std::int32_t centre : kCentres) {
      const Tensor coordinates = random_voxels(n, 10, centre);
      const VoxelGrid::Result wanted = VoxelGrid::build(coordinates);
      gpu_kernels();
      OnGpu on_gpu(coordinates);
      const auto found = cuda::unique_voxels(static_cast<const std::int32_t*>(on_gpu.data()), n);
      ASSERT_EQ(found.count, wanted.grid.size());
      EXPECT_EQ(found.coordinates.to_host(), values<std::int32_t>(wanted.grid.coordinates()));
      EXPECT_EQ(found.start.to_host(), values<std::int64_t>(wanted.segments.start));
      EXPECT_EQ(found.order.to_host(), values<std::int32_t>(wanted.segments.order));
      EXPECT_EQ(found.index.to_host(), values<std::int32_t>(wanted.segments.index));
    }
}

std::vector<std::int32_t> to_host(const std::int32_t* rows, std::int64_t count) {
  std::vector<std::int32_t> copy(static_cast<std::size_t>(count));
  cuda::copy_to_host(copy.data(), rows, copy.size() * sizeof(std::int32_t));
  return copy;
}

TEST(CudaKernelMap, FindsTheCpusPairsInTheirOrder) {
  for (const auto& size : {KernelSize{1, 1, 1}, KernelSize{3, 3, 3}, KernelSize{5, 1, 3}, KernelSize{3, 7, 5}})
    for (const std::int64_t n : {0, 1, 600})
      for (const std::int32_t centre : kCentres)
        for (const bool reversed : {false, true}) {
          const VoxelGrid grid = VoxelGrid::build(random_voxels(n, 8, centre)).grid;
          const KernelMap wanted = KernelMap::submanifold(grid, size);
          gpu_kernels();
          OnGpu on_gpu(grid.coordinates());
          reverse_order(reversed);
          const cuda::DevicePairs found = cuda::submanifold_pairs(
              static_cast<const std::int32_t*>(on_gpu.data()), grid.size(), {size.z, size.y, size.x});
          reverse_order(false);
          ASSERT_EQ(found.pairs().offsets(), wanted.pairs().offsets());
          for (std::int64_t k = 0; k < found.pairs().offsets(); ++k) {
            const std::int64_t count = wanted.pairs().count(k);
            ASSERT_EQ(found.pairs().count(k), count) << "offset " << k;
            const std::int32_t *in = wanted.pairs().in(k), *out = wanted.pairs().out(k);
            ASSERT_EQ(to_host(found.pairs().in(k), count), std::vector<std::int32_t>(in, in + count)) << k;
            ASSERT_EQ(to_host(found.pairs().out(k), count), std::vector<std::int32_t>(out, out + count)) << k;
          }
        }
}

}  // namespace
}  // namespace lsk3d::cuda_test
