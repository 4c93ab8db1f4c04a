// SPDX-License-Identifier: MIT
#include "conv_bf16.h"

#include "parity.h"
#include "random_pairs.h"

namespace lsk3d::cuda_test {
namespace {

/// Random numbers that bfloat16 holds exactly: the products are then exact in f32 too, and only the
/// order of sums differs from the CPU's.
Tensor random_bf16(const Shape& shape, std::uint64_t seed) {
  return testing_support::random_tensor(shape, seed, DType::f32).to(DType::bf16).to(DType::f32);
}

void check(const PairCase& c, const ActiveWeights& active) {
  SCOPED_TRACE(testing::Message() << c.c_in << " -> " << c.c_out);
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
      const std::int64_t rows = input_gradient ? c.rows_out : c.rows_in;
      const int read = input_gradient ? c.c_out : c.c_in;
      const auto input = cuda::rows_as_bf16(static_cast<const float*>(f.input), rows, read, cuda::bf16_stride(read));
      const cuda::PackedWeights packed(static_cast<const float*>(f.weight), c.offsets, c.c_in, c.c_out,
                                       input_gradient);
      f.input = input.data();
      f.pairs = gpu.pairs();
      cuda::conv_forward_bf16(f, packed);
    }
  };
  expect_parity({random_bf16(in, 1), random_bf16(weight, 2), random_bf16(out, 3), rubbish(out, DType::f32),
                 rubbish(in, DType::f32)},
                run, 1e-5);
}

const PairCase kCases[] = {{1, 10, 10, 16, 16, 0.5},   {9, 300, 600, 5, 7, 0.2},  {70, 300, 300, 32, 16, 0.05},
                           {27, 520, 520, 64, 64, 0.1}, {3, 100, 90, 72, 80, 0.5}, {2, 0, 0, 8, 8, 0.5}};

TEST(CudaConvBf16, EqualsTheCpuOnNumbersOfThisPrecision) {
  for (const PairCase& c : kCases) check(c, {});
}

TEST(CudaConvBf16, SkipsInactiveOffsetsAndBlocks) {
  const std::vector<std::int32_t> offsets{0, 5, 33, 34, 69};
  ActiveWeights some;
  some.all_offsets = false;
  some.offsets = offsets;
  check(kCases[2], some);
  for (const PairCase& c : {kCases[3], kCases[4]}) {
    Rng rng(11);
    std::vector<std::uint64_t> mask(static_cast<std::size_t>(c.offsets * ((c.c_in + 15) / 16)));
    for (std::uint64_t& word : mask) word = rng.next_u64() & rng.next_u64();
    ActiveWeights blocks;
    blocks.block_mask = mask;
    check(c, blocks);
  }
}

TEST(CudaConvBf16, RoundsF32ToTheNearest) {
  const Tensor x = testing_support::random_tensor({3, 5}, 1, DType::f32, -100, 100);
  OnGpu on_gpu(x);
  gpu_kernels();
  const auto rounded = cuda::rows_as_bf16(static_cast<const float*>(on_gpu.data()), 3, 5, 8).to_host();
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 8; ++c)
      EXPECT_EQ(rounded[r * 8 + c], c < 5 ? to_bfloat16(x.data<float>()[r * 5 + c]).bits : 0);
}

}  // namespace
}  // namespace lsk3d::cuda_test
