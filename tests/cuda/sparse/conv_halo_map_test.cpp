// SPDX-License-Identifier: MIT
// The tile-local conv over kernel maps of voxels, as a model uses it.
#include <algorithm>
#include <numeric>

#include "conv_bf16.h"
#include "conv_halo.h"
#include "conv_rounded.h"
#include "curve_order.h"
#include "kernel_map.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/sparse/kernel_map.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

Tensor random_bf16(const Shape& shape, std::uint64_t seed) {
  return testing_support::random_tensor(shape, seed, DType::f32).to(DType::bf16).to(DType::f32);
}

/// Voxels of two scans on a sheet that climbs, around zero.
VoxelGrid sheet(std::int64_t points, std::uint64_t extent) {
  Rng rng(3);
  Tensor t = Tensor::empty({points, 4}, DType::i32);
  const auto values = t.span<std::int32_t>();
  for (std::size_t i = 0; i < values.size(); i += 4) {
    values[i] = static_cast<std::int32_t>(rng.below(2));
    for (std::size_t axis = 1; axis < 3; ++axis)
      values[i + axis] =
          static_cast<std::int32_t>(rng.below(extent)) - static_cast<std::int32_t>(extent / 2);
    values[i + 3] = values[i + 1] / 3 + static_cast<std::int32_t>(rng.below(2));
  }
  return VoxelGrid::build(t).grid;
}

/// The voxels of `grid` and their kernel map on the GPU, with a plan for the conv and its gradient.
struct OnGpuMap {
  OnGpu coordinates;
  cuda::DevicePairs pairs;
  cuda::TilePlan plan;

  OnGpuMap(const VoxelGrid& grid, int kernel)
      : coordinates(grid.coordinates()),
        pairs(cuda::submanifold_pairs(rows(), grid.size(), {kernel, kernel, kernel})),
        plan(pairs.pairs(), cuda::curve_order(rows(), grid.size()), false, cuda::halo_tiles()) {}
  const std::int32_t* rows() { return static_cast<const std::int32_t*>(coordinates.data()); }
};

void check(std::int64_t points, std::uint64_t extent, int kernel, int channels, bool sparse) {
  SCOPED_TRACE(testing::Message() << points << " points, kernel " << kernel << ", " << channels
                                  << " channels");
  const VoxelGrid grid = sheet(points, extent);
  const KernelMap map = KernelMap::submanifold(grid, KernelSize::cube(kernel));
  gpu_kernels();
  OnGpuMap gpu(grid, kernel);
  const std::int64_t rows = grid.size();
  const Shape features{rows, channels}, weight{map.pairs().offsets(), channels, channels};
  ActiveWeights active;
  std::vector<std::int32_t> offsets;
  if (sparse) {
    Rng rng(4);
    active.all_offsets = false;
    for (std::int32_t k = 0; k < map.pairs().offsets(); ++k)
      if (rng.uniform() < 0.6f) offsets.push_back(k);
    active.offsets = offsets;
  }
  const auto run = [&](const Kernels& kernels, const Addresses& at) {
    for (const bool input_gradient : {false, true}) {
      ConvForwardArgs f;
      f.pairs = map.pairs();
      f.input = at[input_gradient ? 1 : 0];
      f.weight = at[2];
      f.output = at[input_gradient ? 4 : 3];
      f.output_rows = f.input_rows = rows;
      f.c_in = f.c_out = channels;
      f.input_gradient = input_gradient;
      f.active = active;
      if (&kernels == &cpu_kernels()) {
        kernels.conv.forward(f);
        continue;
      }
      const auto input = cuda::rows_as_bf16(static_cast<const float*>(f.input), rows, channels,
                                            cuda::bf16_stride(channels));
      const cuda::PackedWeights packed(static_cast<const float*>(f.weight), map.pairs().offsets(),
                                       channels, channels, input_gradient,
                                       cuda::LaneChannels::pairs);
      f.input = input.data();
      conv_forward_halo(f, gpu.plan, packed);
    }
  };
  expect_parity({random_bf16(features, 1), random_bf16(features, 2), random_bf16(weight, 3),
                 rubbish(features, DType::f32), rubbish(features, DType::f32)},
                run, 1e-5);
}

TEST(CudaConvHaloMap, EqualsTheCpuInBothDirectionsWithOnePlan) {
  check(1, 10, 9, 16, false);
  check(300, 30, 1, 24, false);
  check(400, 24, 3, 64, false);
  check(400, 24, 3, 64, true);
  check(250, 20, 5, 17, false);
  check(250, 20, 5, 17, true);
  check(120, 20, 9, 16, true);
}

/// What the table gives for bf16 over the map of a sheet of so many points, both directions, and what
/// the kernel gives that it should have taken.
void check_table(std::int64_t points, int c_in, int c_out, bool tiles, bool blocks) {
  SCOPED_TRACE(testing::Message() << points << " points, " << c_in << " -> " << c_out);
  const Device gpu = Device::cuda(0);
  const VoxelGrid grid = sheet(points, 40);
  const KernelMap host = KernelMap::submanifold(grid, KernelSize::cube(3)), map = host.to(gpu);
  const std::int64_t rows = grid.size(), offsets = map.pairs().offsets();
  const Tensor x = random_bf16({rows, c_in}, 1), w = random_bf16({offsets, c_in, c_out}, 2),
               grad = random_bf16({rows, c_out}, 3);
  std::vector<std::uint64_t> mask(static_cast<std::size_t>(offsets * ((c_in + 15) / 16)));
  Rng rng(5);
  for (std::uint64_t& word : mask) word = rng.next_u64();
  for (const bool input_gradient : {false, true}) {
    const int read = input_gradient ? c_out : c_in, write = input_gradient ? c_in : c_out;
    const Tensor &host_input = input_gradient ? grad : x, input = host_input.to(gpu),
                 weight = w.to(gpu);
    Tensor wanted = Tensor::empty({rows, write}), found = Tensor::empty({rows, write}, DType::f32, gpu),
           direct = Tensor::empty({rows, write}, DType::f32, gpu);
    ConvForwardArgs f{.pairs = host.pairs(),
                      .input = host_input.raw(),
                      .weight = w.raw(),
                      .output = wanted.raw(),
                      .input_rows = rows,
                      .output_rows = rows,
                      .c_in = c_in,
                      .c_out = c_out,
                      .input_gradient = input_gradient,
                      .active = {}};
    if (blocks) f.active.block_mask = mask;
    cpu_kernels().conv.forward(f);
    f.pairs = map.pairs();
    f.input = input.raw();
    f.weight = weight.raw();
    f.output = found.raw();
    f.bf16 = true;
    gpu_kernels().conv.forward(f);
    EXPECT_LE(testing_support::distance(found.to(Device::cpu()), wanted), 1e-5);

    const auto in_bf16 = cuda::rows_as_bf16(input.address<float>(), rows, read, cuda::bf16_stride(read));
    f.input = in_bf16.data();
    f.output = direct.raw();
    const cuda::PackedWeights packed(weight.address<float>(), offsets, c_in, c_out, input_gradient,
                                     tiles ? cuda::LaneChannels::pairs : cuda::LaneChannels::quad);
    if (tiles)
      conv_forward_halo(f,
                        cuda::TilePlan(map.pairs(),
                                       cuda::curve_order(map.voxels().address<std::int32_t>(), rows),
                                       false, cuda::halo_tiles()),
                        packed);
    else
      cuda::conv_forward_bf16(f, packed);
    EXPECT_TRUE(testing_support::same_bits(found.to(Device::cpu()), direct.to(Device::cpu())));
    EXPECT_EQ(cuda::takes_tiles(f), tiles);
  }
}

TEST(CudaConvHaloMap, IsTheTablesConvInBf16WhereAMapFillsATile) {
  check_table(900, 16, 24, /*tiles=*/true, /*blocks=*/false);
  check_table(900, 40, 16, true, /*blocks=*/true);
  check_table(700, 144, 16, true, false);
  check_table(300, 16, 24, false, false);
}

TEST(CudaCurveOrder, IsOneOfAllRowsByBatchAlongTheCurve) {
  const VoxelGrid grid = sheet(3000, 60);
  gpu_kernels();
  OnGpu on_gpu(grid.coordinates());
  const auto order =
      cuda::curve_order(static_cast<const std::int32_t*>(on_gpu.data()), grid.size()).to_host();
  std::vector<std::int32_t> sorted = order, all(order.size());
  std::iota(all.begin(), all.end(), 0);
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, all);
  const std::int32_t* voxels = grid.coordinates().data<std::int32_t>();
  const auto key = [&](std::int32_t row) {
    const std::int32_t* v = voxels + std::int64_t{row} * 4;
    std::uint64_t curve = 0;
    for (int bit = 15; bit >= 0; --bit)
      curve = curve << 2 | static_cast<std::uint64_t>(v[1] >> bit & 1) << 1 |
              static_cast<std::uint64_t>(v[2] >> bit & 1);
    return std::tuple(v[0], curve, v[3]);
  };
  for (std::size_t i = 1; i < order.size(); ++i) EXPECT_LT(key(order[i - 1]), key(order[i]));
}

}  // namespace
}  // namespace lsk3d::cuda_test
