// SPDX-License-Identifier: MIT
#include "device/check.h"

#include <string>

#include "lsk3d/core/check.h"

namespace lsk3d::cuda {
namespace {

/// Asked for its attributes to learn whether the binary has code for the device.
__global__ void probe() {}

std::string version(int v) { return str_cat(v / 1000, ".", v % 1000 / 10); }

}  // namespace

void check(cudaError_t status, const char* doing) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // cleared, so that a caller who goes on does not meet it again
  throw DeviceError(str_cat("GPU: ", doing, " (or a kernel before it) failed: ",
                            cudaGetErrorString(status),
                            "; run tools/gpu_check.sh, or use --device cpu"));
}

void select_device(int device) {
  thread_local int current = -1;
  if (device >= 0 && device == current) return;
  examine_device(device);
  current = device;
}

void examine_device(int device) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaErrorInsufficientDriver) {
    int driver = 0, runtime = 0;
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    throw DeviceError(str_cat(
        "device cuda:", device, ": expected a driver for CUDA ", version(runtime), " or newer, found ",
        driver == 0 ? "none" : str_cat("one for CUDA ", version(driver)),
        "; install an NVIDIA driver, or use --device cpu"));
  }
  if (status == cudaErrorNoDevice) count = 0;
  else check(status, "looking for GPUs");
  LSK3D_CHECK(device >= 0 && device < count, DeviceError, "device cuda:", device,
              ": expected a GPU of this number, found ",
              count == 0 ? std::string("no GPU")
                         : str_cat(count, count == 1 ? " GPU" : " GPUs", ", cuda:0 being the first"),
              "; ", count == 0 ? "" : "name one of them, or ", "use --device cpu");
  check(cudaSetDevice(device), "selecting the GPU");
  cudaFuncAttributes attributes;
  if (cudaFuncGetAttributes(&attributes, probe) == cudaErrorNoKernelImageForDevice) {
    cudaGetLastError();
    int major = 0, minor = 0;
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device);
    throw DeviceError(str_cat("device cuda:", device, ": expected code for architecture ", major, minor,
                              ", found a build without it; build with tools/build.sh --arch ", major,
                              minor, ", or use --device cpu"));
  }
}

}  // namespace lsk3d::cuda
