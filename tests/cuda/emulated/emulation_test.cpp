// SPDX-License-Identifier: MIT
// The emulation itself: that it finds what a GPU would punish.
#include <cuda_runtime.h>
#include <device/cluster.h>
#include <device/dynamic_shared.h>

#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "arena.h"
#include "device/launch.h"
#include "device/reduce.h"
#include "device/scan.h"
#include "parity.h"

namespace lsk3d::cuda_test {
namespace {

__global__ void half_waits() {
  if (threadIdx.x < 16) __syncthreads();
  else __syncwarp(0xffffu);
}

__global__ void one_waits_for_a_lane_that_ends() {
  if (threadIdx.x == 0) __syncwarp(3u);
}

TEST(CudaEmulation, ThreadsThatWaitForEverAreFound) {
  EXPECT_THROW(cuda::launch(half_waits, 1, 32, 0, nullptr), std::logic_error);
  EXPECT_THROW(cuda::launch(one_waits_for_a_lane_that_ends, 1, 32, 0, nullptr), std::logic_error);
}

TEST(CudaEmulationDeathTest, TheHostCannotReachGpuMemory) {
  if (!cuda_emulation::device_memory_is_guarded()) return;
  const cuda::Buffer<int> buffer(4);
  EXPECT_DEATH(std::printf("%d", *buffer.data()), "");
}

__global__ void neighbours(int* out, bool wait) {
  __shared__ int values[64];
  values[threadIdx.x] = static_cast<int>(threadIdx.x + 64 * blockIdx.x);
  if (wait) __syncthreads();
  out[blockIdx.x * 64 + threadIdx.x] = values[(threadIdx.x + 1) % 64];
}

std::vector<int> run_neighbours(bool wait, bool reversed) {
  std::vector<int> out(128);
  cuda_emulation::set_reversed_order(reversed);
  cuda::launch(neighbours, 2, 64, 0, nullptr, out.data(), wait);
  cuda_emulation::set_reversed_order(false);
  return out;
}

TEST(CudaEmulation, BarriersWorkInEitherOrder) {
  EXPECT_EQ(run_neighbours(true, false), run_neighbours(true, true));
  EXPECT_EQ(run_neighbours(true, false)[63], 0);
}

TEST(CudaEmulation, ALackingBarrierShowsInTheOppositeOrder) {
  if (cuda_emulation::finds_races()) return;  // and would stop here
  EXPECT_NE(run_neighbours(false, false), run_neighbours(false, true));
}

__global__ void warp_sums(unsigned* out) {
  unsigned sum = threadIdx.x;
  for (unsigned by = 16; by > 0; by /= 2) sum += __shfl_xor_sync(cuda::kAllLanes, sum, static_cast<int>(by));
  const unsigned odd = __ballot_sync(cuda::kAllLanes, threadIdx.x & 1);
  const unsigned alike = __match_any_sync(cuda::kAllLanes, threadIdx.x / 8);
  // Two halves of a warp go their own ways.
  const unsigned half = threadIdx.x < 16 ? __ballot_sync(0xffffu, 1) : __ballot_sync(0xffff0000u, 1);
  out[threadIdx.x] = sum + (odd == 0xaaaaaaaau) + (alike == 0xffu << (threadIdx.x / 8 * 8)) +
                     (half == (threadIdx.x < 16 ? 0xffffu : 0xffff0000u));
}

TEST(CudaEmulation, WarpFunctionsSeeTheirWarp) {
  std::vector<unsigned> out(32);
  cuda::launch(warp_sums, 1, 32, 0, nullptr, out.data());
  for (const unsigned value : out) EXPECT_EQ(value, 31u * 32 / 2 + 3);
}

/// Each of two blocks sends half of `from` to both; `sent` of them in all.
__global__ void exchange_halves(const unsigned* from, unsigned* out, unsigned sent) {
  unsigned* values = cuda::dynamic_shared<unsigned>();
  auto* arrivals = reinterpret_cast<std::uint64_t*>(values + 64);
  if (threadIdx.x == 0) cuda::init_arrivals(arrivals);
  cuda::cluster_barrier();
  const unsigned rank = cuda::cluster_rank();
  if (threadIdx.x == 0) {
    cuda::expect_arrivals(arrivals, 64 * sizeof(unsigned));
    if (rank < sent)
      cuda::copy_to_cluster(values + 32 * rank, from + 32 * rank, 32 * sizeof(unsigned), arrivals);
  }
  cuda::wait_for_arrivals(arrivals, 0);
  out[blockIdx.x * 64 + threadIdx.x] = values[threadIdx.x] + 1000 * rank;
  out[blockIdx.x * 64 + 32 + threadIdx.x] = values[32 + threadIdx.x] + 1000 * rank;
}

TEST(CudaEmulation, BlocksOfAClusterSendToEachOther) {
  std::vector<unsigned> from(64), out(256);
  std::iota(from.begin(), from.end(), 1u);
  const auto run = [&](unsigned blocks, unsigned sent) {
    cuda::launch_clusters(2, exchange_halves, blocks, 32, 64 * sizeof(unsigned) + 8, nullptr,
                          from.data(), out.data(), sent);
  };
  for (const bool reversed : {false, true}) {
    cuda_emulation::set_reversed_order(reversed);
    run(4, 2);
    cuda_emulation::set_reversed_order(false);
    for (unsigned i = 0; i < 256; ++i) EXPECT_EQ(out[i], i % 64 + 1 + 1000 * (i / 64 % 2));
  }
  EXPECT_THROW(run(2, 1), std::logic_error);  // a half that nobody sends
  EXPECT_THROW(run(3, 2), std::logic_error);  // a cluster that is not whole
}

__global__ void scan(const int* in, int* out, double* sum) {
  int total;
  out[threadIdx.x] = cuda::block_exclusive_scan(in[threadIdx.x], total);
  const double all = cuda::block_sum(in[threadIdx.x]);
  if (threadIdx.x == 0) *sum = all == total ? all : -1;
}

TEST(CudaEmulation, BlockScanAndSum) {
  std::vector<int> in(cuda::kThreads), out(in), wanted(in);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<int>(i * i % 7);
  double sum = 0;
  cuda::launch(scan, 1, cuda::kThreads, 0, nullptr, in.data(), out.data(), &sum);
  std::exclusive_scan(in.begin(), in.end(), wanted.begin(), 0);
  EXPECT_EQ(out, wanted);
  EXPECT_EQ(sum, std::accumulate(in.begin(), in.end(), 0));
}

}  // namespace
}  // namespace lsk3d::cuda_test
