// SPDX-License-Identifier: MIT
// Copies from GPU memory to shared memory that go on while the thread does. tests/cuda_emulation
// has a header of this name in which a copy happens when it is waited for, so that a wait that
// lacks shows: include it as <device/async_copy.h>.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace lsk3d::cuda {

/// 16 bytes, both addresses aligned to that; zeros where not `wanted`, `from` then only has to be
/// some address. Done after a wait of this thread; seen by others after a barrier behind it. Before
/// sm_80 an ordinary copy.
__device__ __forceinline__ void copy_16_async(void* to_shared, const void* from, bool wanted) {
#if __CUDA_ARCH__ >= 800
  const auto to = static_cast<std::uint32_t>(__cvta_generic_to_shared(to_shared));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from),
               "r"(wanted ? 16 : 0)
               : "memory");
#else
  *static_cast<uint4*>(to_shared) = wanted ? *static_cast<const uint4*>(from) : uint4{0, 0, 0, 0};
#endif
}

/// The copies of this thread since the last call become a group.
__device__ __forceinline__ void commit_copies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

/// Waits until all but the `kLatest` latest groups of this thread are done.
template <int kLatest>
__device__ __forceinline__ void wait_for_copies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(kLatest) : "memory");
#endif
}

}  // namespace lsk3d::cuda
