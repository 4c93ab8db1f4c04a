// SPDX-License-Identifier: MIT
// What is measured: the voxels of a scale, and the weights of a conv.
#pragma once
#include <cstdint>

#include "conv_halo.h"
#include "kernel_map.h"
#include "tile_plan.h"
#include "voxel_index.h"

namespace lsk3d::cuda_bench {

/// Numbers without a pattern: products of zeros are faster than those of a network.
cuda::Buffer<float> random_numbers(std::int64_t count, std::uint64_t seed);

/// ‖found − wanted‖ / ‖wanted‖.
double distance(const cuda::Buffer<float>& found, const cuda::Buffer<float>& wanted);

/// The voxels of one scale, their kernel map and plan, and what convs over them read and write.
struct Scale {
  int voxel_cm, channels;
  cuda::UniqueVoxels voxels;
  cuda::DevicePairs pairs;
  cuda::TilePlan plan;
  cuda::DeviceActiveWeights all;
  cuda::Buffer<float> x, y, wanted;
  cuda::Buffer<std::uint16_t> x16;
  std::int64_t pair_count = 0;

  Scale(cuda::UniqueVoxels found, int cm, cuda::KernelExtents extents, int c);
  /// Of x16 or x and y, without weights.
  ConvForwardArgs args(bool input_gradient = false);
  double gflop() const;
  /// Input, output and weights once; a pair is two rows of 32 bits, half of them stored.
  double gbyte(double operand_bytes, double offsets) const;
};

/// Weights of one conv, in all the forms that the convs take.
struct Weights {
  cuda::Buffer<float> f32;
  cuda::Buffer<std::uint16_t> bf16;  // as they are, for products by cuBLASLt
  cuda::PackedWeights quad, pairs, pairs_transposed;

  Weights(std::int64_t offsets, int c, std::uint64_t seed);
};

}  // namespace lsk3d::cuda_bench
