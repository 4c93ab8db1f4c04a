// SPDX-License-Identifier: MIT
#include "ops/random_topology.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

TEST(CudaPoint, FeaturesEqualTheCpuBitForBit) {
  constexpr std::int64_t kRows = 700, kVoxels = 300;  // some voxels are empty
  const Segments by_voxel =
      testing_support::segments_of(testing_support::random_indices(kRows, kVoxels, 1), kVoxels);
  const Tensor voxels = testing_support::random_indices(kVoxels * 4, 2000, 2);
  expect_parity(
      {random_tensor({kRows, 4}, 3, DType::f32, -50, 50), random_tensor({kRows, 3}, 4, DType::f32),
       by_voxel.start, by_voxel.order, by_voxel.index, voxels, rubbish({kRows, 13}, DType::f32)},
      [&](const Kernels& kernels, const Addresses& at) {
        PointFeaturesArgs args;
        args.points = static_cast<const float*>(at[0]);
        args.normals = static_cast<const float*>(at[1]);
        args.segments = {.start = static_cast<const std::int64_t*>(at[2]),
                         .order = static_cast<const std::int32_t*>(at[3]),
                         .index = static_cast<const std::int32_t*>(at[4]),
                         .count = kVoxels,
                         .rows = kRows};
        args.voxels = static_cast<const std::int32_t*>(at[5]);
        for (int a = 0; a < 3; ++a) {
          args.min[a] = -50;
          args.interval[a] = 0.05f;
        }
        args.out = static_cast<float*>(at[6]);
        kernels.point.features(args);
      },
      0);
}

}  // namespace
}  // namespace lsk3d::cuda_test
