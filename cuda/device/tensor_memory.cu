// SPDX-License-Identifier: MIT
// What the core's tensors know of GPUs.
#include "device/check.h"
#include "device/graph.h"
#include "device/launch.h"
#include "device/memory.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/device_memory.h"

namespace lsk3d {
namespace cuda {
namespace {

std::shared_ptr<std::byte> allocate_tensor(std::size_t bytes) {
  return {static_cast<std::byte*>(allocate(bytes)), [](std::byte* memory) { release(memory); }};
}

void copy_on_gpu(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, current_stream()),
        "copying on the GPU");
}

template <typename T>
__global__ void fill_kernel(T* to, T element, std::int64_t count) {
  for (std::int64_t i = first_item(); i < count; i += item_step()) to[i] = element;
}

template <typename T>
void fill_with(void* to, const void* element, std::int64_t count) {
  launch(fill_kernel<T>, blocks_for(count), kThreads, 0, current_stream(), static_cast<T*>(to),
         *static_cast<const T*>(element), count);
}

void fill(void* to, const void* element, std::size_t element_bytes, std::int64_t count) {
  switch (element_bytes) {
    case 1:
      return fill_with<std::uint8_t>(to, element, count);
    case 2:
      return fill_with<std::uint16_t>(to, element, count);
    case 4:
      return fill_with<std::uint32_t>(to, element, count);
    default:
      LSK3D_ASSERT(element_bytes == 8, "elements of ", element_bytes, " bytes");
      fill_with<std::uint64_t>(to, element, count);
  }
}

class GraphRecording : public Recording {
 public:
  void record(const std::function<void()>& work) override { graph_.record(work); }
  void replay() override { graph_.replay(); }

 private:
  Graph graph_;
};

std::unique_ptr<Recording> record_graphs() { return std::make_unique<GraphRecording>(); }

void wait() { check(cudaStreamSynchronize(current_stream()), "waiting for the GPU"); }

}  // namespace
}  // namespace cuda

const DeviceMemory& cuda_memory(Device device) {
  cuda::select_device(device.index);
  static const DeviceMemory memory{.allocate = cuda::allocate_tensor,
                                   .upload = cuda::copy_to_gpu,
                                   .download = cuda::copy_to_host,
                                   .copy = cuda::copy_on_gpu,
                                   .fill = cuda::fill,
                                   .synchronize = cuda::wait,
                                   .recording = cuda::record_graphs};
  return memory;
}

bool cuda_driver_present() {
  int version = 0, count = 0;
  if (cudaDriverGetVersion(&version) != cudaSuccess || version == 0) return false;
  return cudaGetDeviceCount(&count) != cudaErrorNoDevice;  // a driver alone drives nothing
}

}  // namespace lsk3d
