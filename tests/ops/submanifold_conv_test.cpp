// SPDX-License-Identifier: MIT
#include "lsk3d/ops/submanifold_conv.h"

#include <gtest/gtest.h>

#include "lsk3d/io/safetensors.h"
#include "ops/random_topology.h"
#include "support/expect_throw.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using testing_support::distance;
using testing_support::random_grid;
using testing_support::random_tensor;

/// [K, out, in] <-> [K, in, out], of the last two axes of a kernel.
Tensor swap_last(const Tensor& t) {
  const std::int64_t a = t.dim(3), b = t.dim(4), k = t.dim(0) * t.dim(1) * t.dim(2);
  Tensor out = Tensor::empty({t.dim(0), t.dim(1), t.dim(2), b, a}, t.dtype());
  for (std::int64_t n = 0; n < k; ++n)
    for (std::int64_t i = 0; i < a; ++i)
      for (std::int64_t j = 0; j < b; ++j)
        out.data<float>()[(n * b + j) * a + i] = t.data<float>()[(n * a + i) * b + j];
  return out;
}

/// A golden conv: coordinates (b, z, y, x) become a grid, rows those of the golden.
struct GoldenConv {
  GoldenConv(const TensorFile& file, const std::string& name) {
    const Tensor& bzyx = file.at(name + ".coords_bzyx");
    Tensor bxyz = bzyx.clone();
    for (std::int64_t i = 0; i < bxyz.dim(0); ++i)
      std::swap(bxyz.data<std::int32_t>()[4 * i + 1], bxyz.data<std::int32_t>()[4 * i + 3]);
    const auto built = VoxelGrid::build(bxyz);
    index = built.segments.index;
    weight = to_ours(file.at(name + ".weight_zyxOI"));
    grad_weight = to_ours(file.at(name + ".grad_weight_zyxOI"));
    map = KernelMap::submanifold(built.grid,
                                 {static_cast<int>(weight.dim(0)), static_cast<int>(weight.dim(1)),
                                  static_cast<int>(weight.dim(2))});
    features = to_grid(file.at(name + ".feat"));
    output = to_grid(file.at(name + ".out"));
    grad_output = to_grid(file.at(name + ".grad_out"));
    grad_features = to_grid(file.at(name + ".grad_feat"));
  }

  /// The goldens' [kz, ky, kx, out, in] as [kz, ky, kx, in, out]. A kernel of one tap is declared
  /// that way too, but its bytes are [in, out] already.
  static Tensor to_ours(const Tensor& t) {
    if (t.dim(0) * t.dim(1) * t.dim(2) == 1) return t.reshape({1, 1, 1, t.dim(4), t.dim(3)});
    return swap_last(t);
  }

  Tensor to_grid(const Tensor& t) const {
    Tensor sorted = Tensor::empty(t.shape());
    for (std::int64_t i = 0; i < t.dim(0); ++i)
      std::copy_n(t.data<float>() + i * t.dim(1), t.dim(1),
                  sorted.data<float>() + index.data<std::int32_t>()[i] * t.dim(1));
    return sorted;
  }

  Tensor index, features, weight, output, grad_output, grad_features, grad_weight;
  KernelMap map;
};

TEST(SubmanifoldConv, MatchesTheGoldens) {
  const auto file =
      read_safetensors(testing_support::golden_path("subm_conv/subm_conv.safetensors"));
  int count = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.ends_with(".feat")) continue;
    const std::string conv = name.substr(0, name.size() - 5);
    const GoldenConv golden(file, conv);
    ++count;
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor x = golden.features.to(dtype), w = golden.weight.to(dtype);
      EXPECT_LE(distance(sparse_conv_forward(x, w, golden.map), golden.output), 1e-5) << conv;
      const auto grads = sparse_conv_backward(golden.grad_output.to(dtype), x, w, golden.map);
      EXPECT_LE(distance(grads.features, golden.grad_features), 1e-5) << conv;
      EXPECT_LE(distance(grads.weight, golden.grad_weight), 1e-5) << conv;
    }
  }
  EXPECT_EQ(count, 9);
}

/// Weights outside the pattern set to 0.
Tensor masked(const Tensor& weight, const WeightPattern& pattern) {
  Tensor result = weight.clone();
  const std::int64_t c_in = weight.dim(3), c_out = weight.dim(4), in_blocks = (c_in + 15) / 16;
  for (std::int64_t k = 0; k < weight.numel() / (c_in * c_out); ++k) {
    const bool active =
        std::find(pattern.offsets.begin(), pattern.offsets.end(), k) != pattern.offsets.end();
    for (std::int64_t i = 0; i < c_in; ++i)
      for (std::int64_t j = 0; j < c_out; ++j) {
        const bool block = pattern.block_mask.empty() ||
                           (pattern.block_mask[k * in_blocks + i / 16] >> (j / 16) & 1);
        if (!active || !block) result.data<double>()[(k * c_in + i) * c_out + j] = 0;
      }
  }
  return result;
}

void expect_equals_masked_dense(const WeightPattern& pattern, int c_in, int c_out) {
  const KernelMap map = KernelMap::submanifold(random_grid(300, 7), KernelSize::cube(3));
  const Tensor x = random_tensor({map.rows_in(), c_in}, 1);
  const Tensor weight = random_tensor({3, 3, 3, c_in, c_out}, 2);
  const Tensor grad = random_tensor({map.rows_out(), c_out}, 3);
  const Tensor zeroed = masked(weight, pattern);
  const Tensor wanted = sparse_conv_forward(x, zeroed, map);
  const auto wanted_grads = sparse_conv_backward(grad, x, zeroed, map);
  for (const DType dtype : {DType::f32, DType::f64}) {
    const double tolerance = dtype == DType::f32 ? 1e-6 : 1e-14;
    const Tensor xd = x.to(dtype), wd = weight.to(dtype), gd = grad.to(dtype);
    EXPECT_LE(distance(sparse_conv_forward(xd, wd, map, &pattern), wanted), tolerance);
    const auto grads = sparse_conv_backward(gd, xd, wd, map, &pattern);
    EXPECT_LE(distance(grads.features, wanted_grads.features), tolerance);
    EXPECT_LE(distance(grads.weight, masked(wanted_grads.weight, pattern)), tolerance);
  }
}

TEST(SubmanifoldConv, OfSomeOffsetsIsTheDenseOneWithTheOthersZero) {
  expect_equals_masked_dense({.offsets = {0, 3, 4, 12, 13, 26}, .block_mask = {}}, 6, 5);
  expect_equals_masked_dense({.offsets = {13}, .block_mask = {}}, 64, 64);
  expect_equals_masked_dense({.offsets = {}, .block_mask = {}}, 4, 4);
}

TEST(SubmanifoldConv, OfSomeBlocksIsTheDenseOneWithTheOthersZero) {
  for (const auto& [c_in, c_out] : {std::pair{64, 64}, {20, 40}, {33, 16}, {16, 130}}) {
    WeightPattern pattern;
    for (std::int32_t k = 0; k < 27; ++k)
      if (k % 5 != 2) pattern.offsets.push_back(k);
    Rng rng(static_cast<std::uint64_t>(c_in));
    const std::uint64_t columns = (std::uint64_t{1} << ((c_out + 15) / 16)) - 1;
    for (int i = 0; i < 27 * ((c_in + 15) / 16); ++i)
      pattern.block_mask.push_back(rng.next_u64() & columns);
    pattern.block_mask[0] = 0;
    expect_equals_masked_dense(pattern, c_in, c_out);
  }
}

TEST(SubmanifoldConv, OfNoVoxelIsEmpty) {
  const auto grid = VoxelGrid::build(Tensor::zeros({0, 4}, DType::i32)).grid;
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(3));
  const Tensor x = Tensor::zeros({0, 4}), w = random_tensor({3, 3, 3, 4, 2}, 1, DType::f32);
  EXPECT_EQ(sparse_conv_forward(x, w, map).shape(), (Shape{0, 2}));
  const auto grads = sparse_conv_backward(Tensor::zeros({0, 2}), x, w, map);
  EXPECT_EQ(grads.features.shape(), (Shape{0, 4}));
  for (float g : grads.weight.span<float>()) EXPECT_EQ(g, 0);
}

TEST(SubmanifoldConv, RefusesArgumentsThatDoNotFit) {
  const KernelMap map = KernelMap::submanifold(random_grid(30, 7), KernelSize::cube(3));
  const std::int64_t n = map.rows_in();
  const Tensor x = Tensor::zeros({n, 4}), w = Tensor::zeros({3, 3, 3, 4, 2});
  const auto forward = [&](const Tensor& features, const Tensor& weight,
                           const WeightPattern* pattern = nullptr) {
    sparse_conv_forward(features, weight, map, pattern);
  };
  LSK3D_EXPECT_THROW(forward(Tensor(), w), UsageError, "sparse_conv", "features");
  LSK3D_EXPECT_THROW(forward(Tensor::zeros({n + 1, 4}), w), UsageError, "features", "kernel map");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({27, 4, 2})), UsageError, "weight", "[27, 4, 2]");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({3, 3, 5, 4, 2})), UsageError, "weight", "[3, 3, 3");
  LSK3D_EXPECT_THROW(forward(x, Tensor::zeros({3, 3, 3, 5, 2})), UsageError, "weight", "4, 2]");
  LSK3D_EXPECT_THROW(forward(x, w.to(DType::f64)), UsageError, "weight", "f64");
  LSK3D_EXPECT_THROW(sparse_conv_forward(x, w, KernelMap()), UsageError, "map");
  const auto refuses = [&](WeightPattern pattern, const char* text) {
    LSK3D_EXPECT_THROW(forward(x, w, &pattern), UsageError, "pattern", text);
  };
  refuses({.offsets = {3, 3}, .block_mask = {}}, "3 after 3");
  refuses({.offsets = {27}, .block_mask = {}}, "27");
  refuses({.offsets = {-1}, .block_mask = {}}, "-1");
  refuses({.offsets = {1}, .block_mask = {1, 1}}, "27 words");
  LSK3D_EXPECT_THROW(sparse_conv_backward(Tensor::zeros({n, 3}), x, w, map), UsageError,
                     "grad_output");
}

}  // namespace
}  // namespace lsk3d
