// SPDX-License-Identifier: MIT
// Clusters of two blocks that run side by side, and copies that reach the shared memory of both:
// from sm_90 on, older GPUs must not come here. tests/cuda_emulation has a header of this name in
// which a copy happens when it is waited for: include it as <device/cluster.h>.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace lsk3d::cuda {

/// The block's place in its cluster.
__device__ __forceinline__ unsigned cluster_rank() {
  unsigned rank = 0;
#if __CUDA_ARCH__ >= 900
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
#endif
  return rank;
}

/// Of all threads of the cluster; what they did to shared memory before, the others see behind it.
__device__ __forceinline__ void cluster_barrier() {
#if __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.arrive.release;" ::: "memory");
  asm volatile("barrier.cluster.wait.acquire;" ::: "memory");
#else
  asm volatile("trap;");
#endif
}

__device__ __forceinline__ std::uint32_t shared_address(const void* in_shared) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(in_shared));
}

/// A barrier in shared memory that counts what copies bring. By one thread, before a
/// cluster_barrier().
__device__ __forceinline__ void init_arrivals(std::uint64_t* barrier) {
#if __CUDA_ARCH__ >= 900
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(shared_address(barrier)) : "memory");
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#endif
}

/// The barrier's phase ends when so many bytes have come. By one thread of its block, once a phase;
/// they may come before.
__device__ __forceinline__ void expect_arrivals(std::uint64_t* barrier, std::uint32_t bytes) {
#if __CUDA_ARCH__ >= 900
  asm volatile(
      "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)),
      "r"(bytes)
      : "memory");
#endif
}

/// Copies to the same place in the shared memory of both blocks and tells the barrier of each.
/// Addresses and bytes are multiples of 16.
__device__ __forceinline__ void copy_to_cluster(void* to_shared, const void* from,
                                                std::uint32_t bytes, std::uint64_t* barrier) {
#if __CUDA_ARCH__ >= 900
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%0], "
      "[%1], %2, [%3], %4;" ::"r"(shared_address(to_shared)),
      "l"(__cvta_generic_to_global(from)), "r"(bytes), "r"(shared_address(barrier)),
      "h"(static_cast<std::uint16_t>(3))
      : "memory");
#endif
}

/// Waits for the end of a phase: of the first one with parity 0, of the next with 1, and so on.
__device__ __forceinline__ void wait_for_arrivals(std::uint64_t* barrier, unsigned parity) {
#if __CUDA_ARCH__ >= 900
  std::uint32_t done = 0;
  while (!done)
    asm volatile(
        "{\n.reg .pred done;\n"
        "mbarrier.try_wait.parity.shared::cta.b64 done, [%1], %2;\n"
        "selp.u32 %0, 1, 0, done;\n}"
        : "=r"(done)
        : "r"(shared_address(barrier)), "r"(parity)
        : "memory");
#endif
}

}  // namespace lsk3d::cuda
