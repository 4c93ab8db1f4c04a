// SPDX-License-Identifier: MIT
#include "pair_lists.h"
#include "parity.h"
#include "random_pairs.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

void check(const PairCase& c, DType dtype, const ActiveWeights& active) {
  SCOPED_TRACE(testing::Message() << c.c_in << " channels " << to_string(dtype));
  const RandomPairs host(c);
  const PairLists host_pairs{host.lists};
  const cuda::DevicePairs gpu(host_pairs);
  const Shape in{c.rows_in, c.c_in}, out{c.rows_out, c.c_in}, weight{c.offsets, c.c_in};
  expect_parity(
      {random_tensor(in, 1, dtype), random_tensor(weight, 2, dtype), random_tensor(out, 3, dtype),
       rubbish(out, dtype), rubbish(in, dtype), rubbish(weight, dtype)},
      [&](const Kernels& kernels, const Addresses& at) {
        DepthwiseForwardArgs f;
        f.dtype = dtype;
        f.pairs = &kernels == &cpu_kernels() ? host_pairs : gpu.pairs();
        f.input = at[0];
        f.weight = at[1];
        f.output = at[3];
        f.output_rows = c.rows_out;
        f.channels = c.c_in;
        f.active = active;
        kernels.depthwise_conv.forward(f);
        f.input = at[2];
        f.output = at[4];
        f.output_rows = c.rows_in;
        f.input_gradient = true;
        kernels.depthwise_conv.forward(f);
        DepthwiseWeightGradArgs w;
        w.dtype = dtype;
        w.pairs = f.pairs;
        w.input = at[0];
        w.grad_output = at[2];
        w.grad_weight = at[5];
        w.channels = c.c_in;
        w.active = active;
        kernels.depthwise_conv.weight_grad(w);
      },
      tolerance_of(dtype));
}

const PairCase kCases[] = {{1, 10, 10, 1, 1, 0.5},      {9, 300, 250, 5, 5, 0.3},
                           {27, 150, 150, 16, 16, 0.2}, {3, 200, 200, 64, 64, 0.4},
                           {4, 60, 90, 83, 83, 0.5},    {3, 0, 0, 8, 8, 0.5},
                           {2, 6000, 6000, 4, 4, 0.98}};

TEST(CudaDepthwiseConv, EqualsTheCpuForAnyWidth) {
  for (const PairCase& c : kCases)
    for (const DType dtype : {DType::f32, DType::f64}) check(c, dtype, {});
}

TEST(CudaDepthwiseConv, SkipsInactiveOffsets) {
  ActiveWeights active;
  active.all_offsets = false;
  check(kCases[2], DType::f32, active);
  const std::vector<std::int32_t> offsets{0, 3, 13, 26};
  active.offsets = offsets;
  check(kCases[2], DType::f32, active);
}

}  // namespace
}  // namespace lsk3d::cuda_test
