// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <cstring>
#include <map>

#include "arena.h"
#include "cuda_runtime.h"
#include "machine.h"

namespace cuda_emulation {
namespace {

/// Another than the usual one where the environment says so: for programs that a test starts.
Machine first_machine() {
  Machine machine;
  if (const char* devices = std::getenv("LSK3D_EMULATED_GPUS"))
    machine.devices = std::atoi(devices);
  if (const char* memory = std::getenv("LSK3D_EMULATED_GPU_MIB"))
    machine.memory = static_cast<std::size_t>(std::atoi(memory)) << 20;
  return machine;
}

Machine machine = first_machine();
Traffic traffic_so_far;
std::map<void*, std::size_t> allocations;
std::size_t allocated = 0;
int current_device = 0;

cudaError_t availability() {
  if (machine.driver_version < machine.runtime_version) return cudaErrorInsufficientDriver;
  return machine.devices > 0 ? cudaSuccess : cudaErrorNoDevice;
}

}  // namespace

void set_machine(const Machine& wanted) { machine = wanted; }
Traffic traffic() { return traffic_so_far; }
std::size_t allocated_bytes() { return allocated; }

}  // namespace cuda_emulation

using namespace cuda_emulation;

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInsufficientDriver: return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice: return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice: return "invalid device ordinal";
    case cudaErrorStreamCaptureUnsupported: return "operation not permitted when stream is capturing";
    case cudaErrorGraphExecUpdateFailure: return "the graph update was not performed";
    case cudaErrorNoKernelImageForDevice: return "no kernel image is available for execution on the device";
  }
  return "unknown error";
}

cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = machine.devices;
  return availability();
}

cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= machine.devices) return cudaErrorInvalidDevice;
  current_device = device;
  return availability();
}

cudaError_t cudaGetDevice(int* device) {
  *device = current_device;
  return availability();
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = machine.driver_version;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = machine.runtime_version;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrComputeCapabilityMajor: *value = machine.architecture; break;
    case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = machine.shared_memory; break;
  }
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {"no GPU: emulation"};
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = machine.memory;
  *free = machine.memory > allocated ? machine.memory - allocated : 0;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (allocated + bytes > machine.memory) return cudaErrorMemoryAllocation;
  *memory = take_device_memory(bytes);
  if (!*memory) return cudaErrorMemoryAllocation;
  const DeviceAccess access;
  std::memset(*memory, 0xff, bytes);  // fresh memory is rubbish
  allocations[*memory] = bytes;
  allocated += bytes;
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  if (!memory) return cudaSuccess;
  const auto it = allocations.find(memory);
  if (it == allocations.end()) return cudaErrorInvalidValue;
  allocated -= it->second;
  give_device_memory(memory, it->second);
  allocations.erase(it);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  traffic_so_far.uploads += kind == cudaMemcpyHostToDevice;
  traffic_so_far.downloads += kind == cudaMemcpyDeviceToHost;
  static const char kKind = 0;
  give(stream, &kKind, [=] {
    const DeviceAccess access;
    if (bytes > 0) std::memcpy(to, from, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  static const char kKind = 0;
  give(stream, &kKind, [=] {
    const DeviceAccess access;
    if (bytes > 0) std::memset(to, value, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  ++traffic_so_far.waits;
  return records(stream) ? cudaErrorStreamCaptureUnsupported : cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  ++traffic_so_far.waits;
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = std::malloc(bytes);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = nullptr;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }

cudaError_t emulated_image_of_kernel() {
  return machine.has_image ? cudaSuccess : cudaErrorNoKernelImageForDevice;
}
