// SPDX-License-Identifier: MIT
// The one way to start a kernel.
#pragma once
#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "device/check.h"

namespace lsk3d::cuda {

/// Runs kernel(args…) on `stream`, in clusters of so many blocks along x, of which the grid is a
/// multiple. An empty grid is no launch. `shared` bytes above 48 KiB are asked for first, as the
/// runtime demands.
template <typename... P, typename... A>
void launch_clusters(unsigned cluster, void (*kernel)(P...), dim3 grid, dim3 block,
                     std::size_t shared, cudaStream_t stream, const A&... args) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  if (shared > (48u << 10))
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shared)),
          "asking for shared memory");
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeClusterDimension;
  attribute.val.clusterDim = {cluster, 1, 1};
  config.attrs = &attribute;
  config.numAttrs = cluster > 1 ? 1 : 0;
  check(cudaLaunchKernelEx(&config, kernel, static_cast<P>(args)...), "starting a kernel");
}

/// The same without clusters.
template <typename... P, typename... A>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream,
            const A&... args) {
  launch_clusters(1, kernel, grid, block, shared, stream, args...);
}

constexpr int kThreads = 256;  // of a block, where nothing speaks for another number

/// Blocks for `n` items at one per thread; at most as many as keep any GPU busy: kernels step by the
/// size of the grid.
inline dim3 blocks_for(std::int64_t n) {
  return dim3(static_cast<unsigned>(std::min<std::int64_t>((n + kThreads - 1) / kThreads, 1 << 16)));
}

inline unsigned ceil_div(std::int64_t n, std::int64_t by) {
  return static_cast<unsigned>((n + by - 1) / by);
}

/// First item and step of a kernel that steps by the size of the grid.
__device__ inline std::int64_t first_item() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline std::int64_t item_step() { return static_cast<std::int64_t>(gridDim.x) * blockDim.x; }

}  // namespace lsk3d::cuda
