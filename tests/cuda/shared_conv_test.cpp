// SPDX-License-Identifier: MIT
#include "pair_lists.h"
#include "parity.h"
#include "random_pairs.h"

namespace lsk3d::cuda_test {
namespace {

using testing_support::random_tensor;

/// Offsets dealt out to `groups` groups, so that no group is a run of offsets.
void check(const PairCase& c, int groups, DType dtype) {
  SCOPED_TRACE(testing::Message() << c.c_in << " -> " << c.c_out << " " << to_string(dtype));
  const RandomPairs host(c);
  const PairLists host_pairs{host.lists};
  const cuda::DevicePairs gpu(host_pairs);
  std::vector<std::int32_t> offsets, start{0};
  for (int g = 0; g < groups; ++g) {
    for (int k = g; k < c.offsets; k += groups) offsets.push_back(k);
    start.push_back(static_cast<std::int32_t>(offsets.size()));
  }
  const OffsetGroups shared{offsets, start};
  const Shape in{c.rows_in, c.c_in}, out{c.rows_out, c.c_out}, weight{groups, c.c_in, c.c_out};
  expect_parity(
      {random_tensor(in, 1, dtype), random_tensor(weight, 2, dtype), random_tensor(out, 3, dtype),
       rubbish(out, dtype), rubbish(in, dtype), rubbish(weight, dtype)},
      [&](const Kernels& kernels, const Addresses& at) {
        SharedConvForwardArgs f;
        f.dtype = dtype;
        f.pairs = &kernels == &cpu_kernels() ? host_pairs : gpu.pairs();
        f.groups = shared;
        f.input = at[0];
        f.weight = at[1];
        f.output = at[3];
        f.output_rows = c.rows_out;
        f.c_in = c.c_in;
        f.c_out = c.c_out;
        kernels.shared_conv.forward(f);
        f.input = at[2];
        f.output = at[4];
        f.output_rows = c.rows_in;
        f.input_gradient = true;
        kernels.shared_conv.forward(f);
        SharedConvWeightGradArgs w;
        w.dtype = dtype;
        w.pairs = f.pairs;
        w.groups = shared;
        w.input = at[0];
        w.grad_output = at[2];
        w.grad_weight = at[5];
        w.rows_out = c.rows_out;
        w.c_in = c.c_in;
        w.c_out = c.c_out;
        kernels.shared_conv.weight_grad(w);
      },
      tolerance_of(dtype));
}

TEST(CudaSharedConv, EqualsTheCpuForAnyWidth) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    check({1, 10, 10, 1, 1, 0.5}, 1, dtype);
    check({9, 300, 250, 5, 7, 0.3}, 2, dtype);
    check({27, 150, 150, 16, 16, 0.2}, 8, dtype);
    check({3, 200, 200, 64, 64, 0.4}, 3, dtype);
    check({4, 60, 90, 40, 33, 0.5}, 2, dtype);
    check({3, 0, 0, 8, 8, 0.5}, 2, dtype);
    check({2, 5000, 5000, 4, 4, 0.98}, 1, dtype);
  }
}

}  // namespace
}  // namespace lsk3d::cuda_test
