// SPDX-License-Identifier: MIT
#include "device/graph.h"

#include <numeric>
#include <span>

#include "conv_halo.h"
#include "lsk3d/core/error.h"
#include "parity.h"
#include "random_pairs.h"

namespace lsk3d::cuda_test {
namespace {

/// A conv over some map, its operands on the GPU.
struct Conv {
  PairCase c;
  RandomPairs host{c};
  OnGpu input, weight, output;
  cuda::TilePlan plan;
  cuda::DeviceActiveWeights active;

  explicit Conv(const PairCase& wanted)
      : c(wanted),
        input(testing_support::random_tensor({c.rows_in, c.c_in}, 1, DType::f32)),
        weight(testing_support::random_tensor({c.offsets, c.c_in, c.c_out}, 2, DType::f32)),
        output(rubbish({c.rows_out, c.c_out}, DType::f32)),
        plan(cuda::DevicePairs(PairLists{host.lists}).pairs(), order(c.rows_out), false, {2, 300}),
        active(ActiveWeights{}, c.offsets, c.c_in) {}

  static cuda::Buffer<std::int32_t> order(int rows) {
    std::vector<std::int32_t> all(static_cast<std::size_t>(rows));
    std::iota(all.begin(), all.end(), 0);
    return cuda::Buffer<std::int32_t>(std::span<const std::int32_t>(all));
  }

  void run() {
    const auto rows = cuda::rows_as_bf16(static_cast<const float*>(input.data()), c.rows_in, c.c_in,
                                         cuda::bf16_stride(c.c_in));
    const cuda::PackedWeights packed(static_cast<const float*>(weight.data()), c.offsets, c.c_in,
                                     c.c_out, false, cuda::LaneChannels::pairs);
    ConvForwardArgs f;
    f.input = rows.data();
    f.output = output.data();
    f.output_rows = c.rows_out;
    f.c_in = c.c_in;
    f.c_out = c.c_out;
    conv_forward_halo(f, plan, packed, active);
  }

  Tensor result() { return output.to_host(); }
  void set_input(std::uint64_t seed) {
    const Tensor fresh = testing_support::random_tensor({c.rows_in, c.c_in}, seed, DType::f32);
    cuda::copy_to_gpu(input.data(), fresh.raw(), fresh.bytes());
  }
};

TEST(CudaGraph, ReplaysWithWhatIsInMemoryThen) {
  gpu_kernels();
  Conv conv({9, 300, 300, 16, 16, 0.2});
  cuda::Graph graph;
  EXPECT_FALSE(graph.recorded());
  graph.record([&] { conv.run(); });
  EXPECT_TRUE(graph.recorded());
  const Tensor at_first = conv.result();
  conv.set_input(7);
  graph.replay();
  const Tensor replayed = conv.result();
  EXPECT_FALSE(testing_support::same_bits(replayed, at_first));
  conv.run();
  EXPECT_TRUE(testing_support::same_bits(replayed, conv.result()));
}

TEST(CudaGraph, IsUpdatedForAnotherTopologyAndMadeAnewForOtherWork) {
  gpu_kernels();
  Conv conv({9, 300, 300, 16, 16, 0.2}), larger({9, 700, 700, 16, 16, 0.1});
  cuda::Graph graph;
  graph.record([&] { conv.run(); });
  graph.record([&] { larger.run(); });
  EXPECT_EQ(graph.instantiations(), 1);
  const Tensor wanted = larger.result();
  larger.set_input(1);
  graph.replay();
  EXPECT_TRUE(testing_support::same_bits(larger.result(), wanted));
  graph.record([&] {
    conv.run();
    larger.run();
  });
  EXPECT_EQ(graph.instantiations(), 2);
}

TEST(CudaGraph, RefusesWorkThatWaitsOrCopiesFromTheHost) {
  gpu_kernels();
  Conv conv({2, 20, 20, 16, 16, 0.5});
  cuda::Graph graph;
  graph.record([&] { conv.run(); });
  EXPECT_THROW(graph.record([&] { conv.set_input(3); }), InternalError);
  EXPECT_THROW(graph.record([&] { conv.result(); }), DeviceError);
  EXPECT_FALSE(cuda::recording());
  EXPECT_EQ(cuda::current_stream(), nullptr);
  graph.record([&] { conv.run(); });  // as if nothing had been
  EXPECT_EQ(graph.instantiations(), 1);
}

TEST(CudaGraph, KeepsItsMemoryWhenTheCacheIsEmptied) {
  gpu_kernels();
  Conv conv({9, 300, 300, 16, 16, 0.2});
  {
    cuda::Graph graph;
    graph.record([&] { conv.run(); });
    const Tensor wanted = conv.result();
    cuda::empty_cache();
    std::vector<cuda::Buffer<float>> others;  // would get the graph's memory, were it free
    for (int i = 0; i < 20; ++i) {
      others.emplace_back(std::int64_t{1} << (i % 10 + 8));
      others.back().zero();
    }
    graph.replay();
    EXPECT_TRUE(testing_support::same_bits(conv.result(), wanted));
  }
  conv.run();
}

}  // namespace
}  // namespace lsk3d::cuda_test
