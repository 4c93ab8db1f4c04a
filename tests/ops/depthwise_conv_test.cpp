// SPDX-License-Identifier: MIT
#include "lsk3d/ops/depthwise_conv.h"

#include <gtest/gtest.h>

#include "ops/random_topology.h"
#include "support/expect_throw.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::random_grid;
using testing_support::random_tensor;

/// The conv by its definition.
Tensor naive(const Tensor& x, const Tensor& weight, const KernelMap& map) {
  const std::int64_t channels = x.dim(1);
  Tensor y = Tensor::zeros({map.rows_out(), channels}, DType::f64);
  for (std::int64_t k = 0; k < map.kernel().volume(); ++k)
    for (std::int64_t p = 0; p < map.pairs().count(k); ++p)
      for (std::int64_t c = 0; c < channels; ++c)
        y.data<double>()[map.pairs().out(k)[p] * channels + c] +=
            x.data<double>()[map.pairs().in(k)[p] * channels + c] *
            weight.data<double>()[k * channels + c];
  return y;
}

/// Weights [kz, ky, kx, C, C] with those of a depth-wise kernel on their diagonals.
Tensor diagonal(const Tensor& weight) {
  const std::int64_t c = weight.dim(3);
  Tensor full = Tensor::zeros({weight.dim(0), weight.dim(1), weight.dim(2), c, c}, DType::f64);
  for (std::int64_t i = 0; i < weight.numel(); ++i)
    full.data<double>()[(i / c * c + i % c) * c + i % c] = weight.data<double>()[i];
  return full;
}

Tensor diagonal_of(const Tensor& full) {
  const std::int64_t c = full.dim(3);
  Tensor weight = Tensor::zeros({full.dim(0), full.dim(1), full.dim(2), c}, DType::f64);
  for (std::int64_t i = 0; i < weight.numel(); ++i)
    weight.data<double>()[i] = full.data<double>()[(i / c * c + i % c) * c + i % c];
  return weight;
}

TEST(DepthwiseConv, IsItsDefinitionForAnyWidth) {
  const KernelMap map = KernelMap::submanifold(random_grid(400, 7), {3, 5, 3});
  for (const int channels : {1, 3, 8, 16, 20, 64, 83, 130}) {
    const Tensor x = random_tensor({map.rows_in(), channels}, 1);
    const Tensor w = random_tensor({3, 5, 3, channels}, 2);
    const Tensor wanted = naive(x, w, map);
    EXPECT_LE(distance(depthwise_conv_forward(x, w, map), wanted), 1e-14) << channels;
    EXPECT_LE(distance(depthwise_conv_forward(x.to(DType::f32), w.to(DType::f32), map), wanted),
              1e-6)
        << channels;
  }
}

TEST(DepthwiseConv, IsTheFullOneWithDiagonalWeights) {
  const KernelMap map = KernelMap::submanifold(random_grid(300, 8), KernelSize::cube(3));
  for (const int channels : {5, 48}) {
    const Tensor x = random_tensor({map.rows_in(), channels}, 1);
    const Tensor w = random_tensor({3, 3, 3, channels}, 2);
    const Tensor grad = random_tensor({map.rows_out(), channels}, 3);
    const Tensor full = diagonal(w);
    EXPECT_LE(distance(depthwise_conv_forward(x, w, map), sparse_conv_forward(x, full, map)),
              1e-14);
    const auto found = depthwise_conv_backward(grad, x, w, map);
    const auto wanted = sparse_conv_backward(grad, x, full, map);
    EXPECT_LE(distance(found.features, wanted.features), 1e-14);
    EXPECT_LE(distance(found.weight, diagonal_of(wanted.weight)), 1e-14);
  }
}

TEST(DepthwiseConv, OfSomeOffsetsIsTheDenseOneWithTheOthersZero) {
  const KernelMap map = KernelMap::submanifold(random_grid(300, 9), KernelSize::cube(3));
  const Tensor x = random_tensor({map.rows_in(), 6}, 1), w = random_tensor({3, 3, 3, 6}, 2);
  const Tensor grad = random_tensor({map.rows_out(), 6}, 3);
  for (const std::vector<std::int32_t>& offsets :
       {std::vector<std::int32_t>{0, 3, 13, 26}, std::vector<std::int32_t>{}}) {
    const WeightPattern pattern{.offsets = offsets, .block_mask = {}};
    Tensor masked = Tensor::zeros(w.shape(), DType::f64);
    for (const std::int32_t k : offsets)
      std::copy_n(w.data<double>() + k * 6, 6, masked.data<double>() + k * 6);
    EXPECT_EQ(distance(depthwise_conv_forward(x, w, map, &pattern),
                       depthwise_conv_forward(x, masked, map)),
              0);
    const auto found = depthwise_conv_backward(grad, x, w, map, &pattern);
    const auto wanted = depthwise_conv_backward(grad, x, masked, map);
    EXPECT_EQ(distance(found.features, wanted.features), 0);
    for (std::int32_t k = 0; k < 27; ++k)
      for (int c = 0; c < 6; ++c) {
        const bool active = std::find(offsets.begin(), offsets.end(), k) != offsets.end();
        EXPECT_EQ(found.weight.data<double>()[k * 6 + c],
                  active ? wanted.weight.data<double>()[k * 6 + c] : 0);
      }
  }
}

TEST(DepthwiseConv, OfNoVoxelIsEmpty) {
  const auto grid = VoxelGrid::build(Tensor::zeros({0, 4}, DType::i32)).grid;
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(3));
  const Tensor x = Tensor::zeros({0, 4}), w = random_tensor({3, 3, 3, 4}, 1, DType::f32);
  EXPECT_EQ(depthwise_conv_forward(x, w, map).shape(), (Shape{0, 4}));
  const auto grads = depthwise_conv_backward(x, x, w, map);
  for (float g : grads.weight.span<float>()) EXPECT_EQ(g, 0);
}

TEST(DepthwiseConv, RefusesArgumentsThatDoNotFit) {
  const KernelMap map = KernelMap::submanifold(random_grid(30, 7), KernelSize::cube(3));
  const std::int64_t n = map.rows_in();
  const Tensor x = Tensor::zeros({n, 4}), w = Tensor::zeros({3, 3, 3, 4});
  const auto forward = [&](const Tensor& features, const Tensor& weight,
                           const WeightPattern* pattern = nullptr) {
    depthwise_conv_forward(features, weight, map, pattern);
  };
  LSK3D_EXPECT_THROW(forward(Tensor(), w), UsageError, "depthwise_conv", "features");
  LSK3D_EXPECT_THROW(forward(Tensor::zeros({n + 1, 4}), w), UsageError, "features", "kernel map");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({3, 3, 3, 4, 4})), UsageError, "weight",
                     "[3, 3, 3, 4, 4]");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({3, 3, 5, 4})), UsageError, "weight", "[3, 3, 3, 4]");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({3, 3, 3, 5})), UsageError, "weight", "[3, 3, 3, 4]");
  LSK3D_EXPECT_THROW(forward(x, w.to(DType::f64)), UsageError, "weight", "f64");
  LSK3D_EXPECT_THROW(depthwise_conv_forward(x, w, KernelMap()), UsageError, "map");
  const auto refuses = [&](WeightPattern pattern, const char* text) {
    LSK3D_EXPECT_THROW(forward(x, w, &pattern), UsageError, "pattern", text);
  };
  refuses({.offsets = {3, 3}, .block_mask = {}}, "3 after 3");
  refuses({.offsets = {27}, .block_mask = {}}, "27");
  refuses({.offsets = {1}, .block_mask = {1}}, "offsets alone");
  LSK3D_EXPECT_THROW(depthwise_conv_backward(Tensor::zeros({n, 3}), x, w, map), UsageError,
                     "grad_output");
}

}  // namespace
}  // namespace lsk3d
