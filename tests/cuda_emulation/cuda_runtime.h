// SPDX-License-Identifier: MIT
// Stands in for CUDA's header of this name: with it the host compiler builds .cu files, and a launch
// runs the kernel on the host at once. Only what cuda/ uses.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "block.h"
#include "graph.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static  // one block runs at a time

namespace cuda_emulation {

/// One number of a built-in variable, read anew each time.
template <Index ThreadView::*kMember, unsigned Index::*kPart>
struct BuiltInPart {
  operator unsigned() const { return this_thread().*kMember.*kPart; }
};
template <Index ThreadView::*kMember>
struct BuiltIn {
  BuiltInPart<kMember, &Index::x> x;
  BuiltInPart<kMember, &Index::y> y;
  BuiltInPart<kMember, &Index::z> z;
};

}  // namespace cuda_emulation

inline constexpr cuda_emulation::BuiltIn<&cuda_emulation::ThreadView::thread> threadIdx{};
inline constexpr cuda_emulation::BuiltIn<&cuda_emulation::ThreadView::block> blockIdx{};
inline constexpr cuda_emulation::BuiltIn<&cuda_emulation::ThreadView::block_size> blockDim{};
inline constexpr cuda_emulation::BuiltIn<&cuda_emulation::ThreadView::grid_size> gridDim{};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorGraphExecUpdateFailure = 910,
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice
};
enum cudaDeviceAttr {
  cudaDevAttrComputeCapabilityMajor,
  cudaDevAttrComputeCapabilityMinor,
  cudaDevAttrMaxSharedMemoryPerBlockOptin
};
struct cudaDeviceProp {
  char name[256];
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
struct cudaFuncAttributes {
  int maxDynamicSharedSizeBytes;
};
using cudaEvent_t = struct EmulatedEvent*;
constexpr unsigned cudaEventDisableTiming = 2;
enum cudaLaunchAttributeID { cudaLaunchAttributeClusterDimension };
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    struct {
      unsigned x, y, z;
    } clusterDim;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes;
  cudaStream_t stream;
  cudaLaunchAttribute* attrs;
  unsigned numAttrs;
};

constexpr unsigned cudaStreamNonBlocking = 1;
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal };
struct cudaGraphExecUpdateResultInfo {};

const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t);
cudaError_t cudaStreamSynchronize(cudaStream_t);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long flags);
cudaError_t cudaGraphExecUpdate(cudaGraphExec_t executable, cudaGraph_t graph,
                                cudaGraphExecUpdateResultInfo* result);
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);
cudaError_t cudaMallocHost(void** memory, std::size_t bytes);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t emulated_image_of_kernel();

template <typename F>
cudaError_t cudaFuncSetAttribute(F*, cudaFuncAttribute, int) {
  return cudaSuccess;
}
template <typename F>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, F*) {
  *attributes = {};
  return emulated_image_of_kernel();
}

template <typename... P, typename... A>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* c, void (*kernel)(P...), A&&... arguments) {
  const std::tuple<std::remove_cv_t<P>...> copies(arguments...);
  const cuda_emulation::Index grid{c->gridDim.x, c->gridDim.y, c->gridDim.z};
  const cuda_emulation::Index block{c->blockDim.x, c->blockDim.y, c->blockDim.z};
  const unsigned cluster = c->numAttrs > 0 ? c->attrs[0].val.clusterDim.x : 1;
  cuda_emulation::give(c->stream, reinterpret_cast<const void*>(kernel), [=, shared = c->dynamicSmemBytes] {
    cuda_emulation::run_grid(grid, block, shared, [&] { std::apply(kernel, copies); }, cluster);
  });
  return cudaSuccess;
}

inline void __syncthreads() { cuda_emulation::block_barrier(); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { cuda_emulation::warp_exchange(mask, 0); }

#include "atomics.h"
#include "warp_functions.h"
