// SPDX-License-Identifier: MIT
#include "conv_halo.h"

#include <numeric>

#include "parity.h"
#include "random_pairs.h"

namespace lsk3d::cuda_test {
namespace {

/// Random numbers that bfloat16 holds exactly: only the order of sums differs from the CPU's.
Tensor random_bf16(const Shape& shape, std::uint64_t seed) {
  return testing_support::random_tensor(shape, seed, DType::f32).to(DType::bf16).to(DType::f32);
}

cuda::Buffer<std::int32_t> rows_in_order(std::int64_t count) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return cuda::Buffer<std::int32_t>(std::span<const std::int32_t>(order));
}

void run_halo(ConvForwardArgs f, const cuda::TilePlan& plan, std::int64_t input_rows) {
  const int read = f.input_gradient ? f.c_out : f.c_in;
  const auto rows = cuda::rows_as_bf16(static_cast<const float*>(f.input), input_rows, read,
                                       cuda::bf16_stride(read));
  const cuda::PackedWeights packed(static_cast<const float*>(f.weight), f.pairs.offsets(), f.c_in,
                                   f.c_out, f.input_gradient, cuda::LaneChannels::pairs);
  f.input = rows.data();
  conv_forward_halo(f, plan, packed);
}

/// Forward and input gradient; `numbers` makes the operands.
template <typename F>
void check(const PairCase& c, const ActiveWeights& active, cuda::TileShape shape, F numbers,
           double tolerance) {
  SCOPED_TRACE(testing::Message() << c.offsets << " offsets, " << c.rows_in << " -> " << c.rows_out
                                  << " rows, " << c.c_in << " -> " << c.c_out << " channels");
  const RandomPairs host(c);
  const PairLists host_pairs{host.lists};
  const cuda::DevicePairs gpu(host_pairs);
  const Shape in{c.rows_in, c.c_in}, out{c.rows_out, c.c_out}, weight{c.offsets, c.c_in, c.c_out};
  const auto run = [&](const Kernels& kernels, const Addresses& at) {
    for (const bool input_gradient : {false, true}) {
      ConvForwardArgs f;
      f.weight = at[1];
      f.input = at[input_gradient ? 2 : 0];
      f.output = at[input_gradient ? 4 : 3];
      f.output_rows = input_gradient ? c.rows_in : c.rows_out;
      f.c_in = c.c_in;
      f.c_out = c.c_out;
      f.input_gradient = input_gradient;
      f.active = active;
      f.pairs = host_pairs;
      if (&kernels == &cpu_kernels()) {
        kernels.conv.forward(f);
        continue;
      }
      const cuda::TilePlan plan(gpu.pairs(), rows_in_order(f.output_rows), input_gradient, shape);
      run_halo(f, plan, input_gradient ? c.rows_out : c.rows_in);
    }
  };
  const std::vector<Tensor> tensors{numbers(in, 1), numbers(weight, 2), numbers(out, 3),
                                    rubbish(out, DType::f32), rubbish(in, DType::f32)};
  const std::vector<Tensor> found = expect_parity(tensors, run, tolerance);  // with shared weights
  cuda::set_uses_clusters(false);
  const std::vector<Tensor> alone = run_on_gpu(tensors, run);
  cuda::set_uses_clusters(true);
  // A neighbour's passes cut a tile's own, which changes the order of sums where channels come in
  // slabs: more than 64, in a plan of several passes.
  const bool one_order = shape.capacity > shape.rows() || std::max(c.c_in, c.c_out) <= 64;
  for (std::size_t i = 3; i < tensors.size(); ++i) {
    EXPECT_LE(testing_support::distance(alone[i], found[i]), tolerance) << "alone, tensor " << i;
    if (!one_order) continue;
    EXPECT_TRUE(testing_support::same_bits(alone[i], found[i])) << "alone, tensor " << i;
  }
}

constexpr cuda::TileShape kSmall{2, 300}, kLarge{4, 600};

void check(const PairCase& c, const ActiveWeights& active = {}, cuda::TileShape shape = kSmall) {
  check(c, active, shape, random_bf16, 1e-5);
}

const PairCase kCases[] = {
    {1, 1, 1, 16, 16, 1},         {1, 10, 10, 16, 16, 0.5},    {9, 300, 600, 5, 7, 0.2},
    {70, 300, 300, 32, 16, 0.05}, {27, 520, 520, 64, 64, 0.1}, {3, 100, 90, 72, 80, 0.5},
    {2, 0, 0, 8, 8, 0.5},         {4, 60, 300, 130, 24, 0.3},  {125, 400, 400, 3, 1, 0.03},
    {20, 1500, 300, 24, 40, 0.3}, {5, 300, 20, 48, 33, 0.9},
};

TEST(CudaConvHalo, EqualsTheCpuOnNumbersOfThisPrecision) {
  for (const PairCase& c : kCases) check(c);
  check({27, 700, 1100, 64, 48, 0.1}, {}, kLarge);
  check({9, 300, 90, 5, 100, 0.3}, {}, kLarge);
}

TEST(CudaConvHalo, IsWithinBfloat16OfTheCpuOnAnyNumbers) {
  const auto numbers = [](const Shape& shape, std::uint64_t seed) {
    return testing_support::random_tensor(shape, seed, DType::f32);
  };
  check(kCases[3], {}, kSmall, numbers, 1e-2);
}

TEST(CudaConvHalo, TakesATileThatReadsTooMuchInSeveralPasses) {
  check({20, 3000, 300, 40, 16, 0.4}, {}, {2, 256});
  check({12, 3000, 300, 100, 16, 0.4}, {}, {2, 256});
  check({9, 3000, 600, 24, 40, 0.5}, {}, {4, 512});
}

TEST(CudaConvHalo, SkipsInactiveOffsetsAndBlocks) {
  ActiveWeights some;
  some.all_offsets = false;
  check(kCases[3], some);
  const std::vector<std::int32_t> offsets{0, 5, 33, 34, 69};
  some.offsets = offsets;
  check(kCases[3], some);
  for (const PairCase& c : {kCases[4], kCases[5], kCases[7]}) {
    Rng rng(11);
    std::vector<std::uint64_t> mask(static_cast<std::size_t>(c.offsets * ((c.c_in + 15) / 16)));
    for (std::uint64_t& word : mask) word = rng.next_u64() & rng.next_u64();
    ActiveWeights blocks;
    blocks.block_mask = mask;
    check(c, blocks);
    check(c, blocks, kLarge);
  }
}

}  // namespace
}  // namespace lsk3d::cuda_test
