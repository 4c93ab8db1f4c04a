// SPDX-License-Identifier: MIT
#include "lsk3d/ops/shared_conv.h"

#include <gtest/gtest.h>

#include "lsk3d/ops/submanifold_conv.h"
#include "ops/random_topology.h"
#include "support/expect_throw.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::random_grid;
using testing_support::random_tensor;

/// Group of each offset, by the definition: which part of each axis it lies in.
std::vector<std::int64_t> group_of_offset(KernelSize k, const std::vector<int>& cuts) {
  const auto part = [&](int i) {
    return std::upper_bound(cuts.begin(), cuts.end(), i) - cuts.begin() - 1;
  };
  const auto n = static_cast<std::int64_t>(cuts.size()) - 1;
  std::vector<std::int64_t> groups;
  for (int z = 0; z < k.z; ++z)
    for (int y = 0; y < k.y; ++y)
      for (int x = 0; x < k.x; ++x) groups.push_back((part(z) * n + part(y)) * n + part(x));
  return groups;
}

/// Weights [K, K, K, C_in, C_out] that repeat a group's at each of its offsets.
Tensor repeated(const Tensor& weight, KernelSize k, const std::vector<int>& cuts) {
  const std::int64_t slab = weight.dim(3) * weight.dim(4);
  Tensor full = Tensor::empty({k.z, k.y, k.x, weight.dim(3), weight.dim(4)}, DType::f64);
  const auto groups = group_of_offset(k, cuts);
  for (std::size_t o = 0; o < groups.size(); ++o)
    std::copy_n(weight.data<double>() + groups[o] * slab, slab,
                full.data<double>() + static_cast<std::int64_t>(o) * slab);
  return full;
}

/// The sum over each group of a gradient of repeated weights.
Tensor summed(const Tensor& full, const Shape& shape, KernelSize k, const std::vector<int>& cuts) {
  const std::int64_t slab = shape[3] * shape[4];
  Tensor sum = Tensor::zeros(shape, DType::f64);
  const auto groups = group_of_offset(k, cuts);
  for (std::size_t o = 0; o < groups.size(); ++o)
    for (std::int64_t i = 0; i < slab; ++i)
      sum.data<double>()[groups[o] * slab + i] +=
          full.data<double>()[static_cast<std::int64_t>(o) * slab + i];
  return sum;
}

struct Case {
  int kernel, c_in, c_out;
  std::vector<int> cuts;
};

TEST(SharedConv, IsTheFullOneWithRepeatedWeights) {
  for (const Case& c : {Case{3, 4, 5, {0, 1, 2, 3}}, Case{5, 16, 16, {0, 2, 3, 5}},
                        Case{7, 3, 33, {0, 7}}, Case{9, 20, 12, {0, 3, 6, 9}}}) {
    const KernelSize k = KernelSize::cube(c.kernel);
    const KernelMap map = KernelMap::submanifold(random_grid(400, 7), k);
    const SpatialPartition partition(k, c.cuts, "cuts");
    const int n = partition.parts();
    const Tensor x = random_tensor({map.rows_in(), c.c_in}, 1);
    const Tensor w = random_tensor({n, n, n, c.c_in, c.c_out}, 2);
    const Tensor grad = random_tensor({map.rows_out(), c.c_out}, 3);
    const Tensor full = repeated(w, k, c.cuts);
    const Tensor wanted = sparse_conv_forward(x, full, map);
    const auto wanted_grads = sparse_conv_backward(grad, x, full, map);
    for (const DType dtype : {DType::f32, DType::f64}) {
      const double tolerance = dtype == DType::f32 ? 2e-6 : 1e-14;
      const Tensor xd = x.to(dtype), wd = w.to(dtype), gd = grad.to(dtype);
      EXPECT_LE(distance(shared_conv_forward(xd, wd, map, partition), wanted), tolerance)
          << c.kernel;
      const auto grads = shared_conv_backward(gd, xd, wd, map, partition);
      EXPECT_LE(distance(grads.features, wanted_grads.features), tolerance) << c.kernel;
      EXPECT_LE(distance(grads.weight, summed(wanted_grads.weight, w.shape(), k, c.cuts)),
                tolerance)
          << c.kernel;
    }
  }
}

TEST(SharedConv, OfNoVoxelIsEmpty) {
  const auto grid = VoxelGrid::build(Tensor::zeros({0, 4}, DType::i32)).grid;
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(3));
  const SpatialPartition partition(KernelSize::cube(3), {0, 3}, "cuts");
  const Tensor x = Tensor::zeros({0, 4}), w = random_tensor({1, 1, 1, 4, 2}, 1, DType::f32);
  EXPECT_EQ(shared_conv_forward(x, w, map, partition).shape(), (Shape{0, 2}));
  const auto grads = shared_conv_backward(Tensor::zeros({0, 2}), x, w, map, partition);
  for (float g : grads.weight.span<float>()) EXPECT_EQ(g, 0);
}

TEST(SharedConv, RefusesArgumentsThatDoNotFit) {
  const KernelSize k = KernelSize::cube(3);
  const KernelMap map = KernelMap::submanifold(random_grid(30, 7), k);
  const SpatialPartition partition(k, {0, 1, 3}, "cuts");
  const Tensor x = Tensor::zeros({map.rows_in(), 4}), w = Tensor::zeros({2, 2, 2, 4, 5});
  const auto forward = [&](const Tensor& features, const Tensor& weight) {
    shared_conv_forward(features, weight, map, partition);
  };
  LSK3D_EXPECT_THROW(forward(Tensor(), w), UsageError, "shared_conv", "features");
  LSK3D_EXPECT_THROW(forward(Tensor::zeros({map.rows_in() + 1, 4}), w), UsageError, "features",
                     "kernel map");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({3, 3, 3, 4, 5})), UsageError, "weight",
                     "[2, 2, 2, 4, 5]");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({2, 2, 2, 3, 5})), UsageError, "weight", "4, 5]");
  LSK3D_EXPECT_THROW(forward(x, w.to(DType::f64)), UsageError, "weight", "f64");
  LSK3D_EXPECT_THROW(shared_conv_forward(x, w, KernelMap(), partition), UsageError, "map");
  const SpatialPartition foreign(KernelSize::cube(5), {0, 2, 5}, "cuts");
  LSK3D_EXPECT_THROW(shared_conv_forward(x, w, map, foreign), UsageError, "partition", "3x3x3");
  LSK3D_EXPECT_THROW(shared_conv_backward(Tensor::zeros({map.rows_out(), 3}), x, w, map, partition),
                     UsageError, "grad_output");
}

TEST(SpatialPartition, RefusesCutsThatDoNotCoverTheKernel) {
  for (const std::vector<int>& cuts :
       {std::vector<int>{}, {0}, {0, 4}, {1, 5}, {0, 3, 3, 5}, {0, 6, 5}})
    LSK3D_EXPECT_THROW(SpatialPartition(KernelSize::cube(5), cuts, "key"), UsageError, "key",
                       "from 0 to the kernel size 5");
  LSK3D_EXPECT_THROW(SpatialPartition(KernelSize{5, 5, 3}, {0, 2, 5}, "key"), UsageError, "3");
}

}  // namespace
}  // namespace lsk3d
