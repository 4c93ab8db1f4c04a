// SPDX-License-Identifier: MIT
#include "subjects.h"

#include <cmath>
#include <vector>

#include "curve_order.h"
#include "lsk3d/core/rng.h"

namespace lsk3d::cuda_bench {

using cuda::Buffer;

Buffer<float> random_numbers(std::int64_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& v : values) v = rng.uniform() - 0.5f;
  return Buffer<float>(std::span<const float>(values));
}

double distance(const Buffer<float>& found, const Buffer<float>& wanted) {
  const std::vector<float> f = found.to_host(), w = wanted.to_host();
  double square = 0, norm = 0;
  for (std::size_t i = 0; i < f.size(); ++i) {
    square += (double{f[i]} - w[i]) * (double{f[i]} - w[i]);
    norm += double{w[i]} * w[i];
  }
  return norm > 0 ? std::sqrt(square / norm) : std::sqrt(square);
}

Scale::Scale(cuda::UniqueVoxels found, int cm, cuda::KernelExtents extents, int c)
    : voxel_cm(cm),
      channels(c),
      voxels(std::move(found)),
      pairs(cuda::submanifold_pairs(voxels.coordinates.data(), voxels.count, extents)),
      plan(pairs.pairs(), cuda::curve_order(voxels.coordinates.data(), voxels.count), false,
           cuda::halo_tiles()),
      all(ActiveWeights{}, extents.volume(), c),
      x(random_numbers(voxels.count * c, 3)),
      y(voxels.count * c),
      wanted(voxels.count * c),
      x16(cuda::rows_as_bf16(x.data(), voxels.count, c, cuda::bf16_stride(c))) {
  for (const PairList& list : pairs.pairs().lists) pair_count += list.count;
}

ConvForwardArgs Scale::args(bool input_gradient) {
  ConvForwardArgs f;
  f.pairs = pairs.pairs();
  f.input = x.data();
  f.output = y.data();
  f.input_rows = f.output_rows = voxels.count;
  f.c_in = f.c_out = channels;
  f.input_gradient = input_gradient;
  return f;
}
double Scale::gflop() const { return 2e-9 * static_cast<double>(pair_count) * channels * channels; }

double Scale::gbyte(double operand_bytes, double offsets) const {
  const double rows = static_cast<double>(voxels.count) * channels;
  return 1e-9 * (rows * (operand_bytes + 4) + offsets * channels * channels * operand_bytes +
                 static_cast<double>(pair_count) * 4);
}

Weights::Weights(std::int64_t offsets, int c, std::uint64_t seed)
    : f32(random_numbers(offsets * c * c, seed)),
      bf16(cuda::rows_as_bf16(f32.data(), offsets * c, c, cuda::bf16_stride(c))),
      quad(f32.data(), offsets, c, c, false),
      pairs(f32.data(), offsets, c, c, false, cuda::LaneChannels::pairs),
      pairs_transposed(f32.data(), offsets, c, c, true, cuda::LaneChannels::pairs) {}

}  // namespace lsk3d::cuda_bench
