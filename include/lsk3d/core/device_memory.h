// SPDX-License-Identifier: MIT
// Memory that is not the host's, as tensors use it. The backend that is linked answers: cuda/ or a
// file that says there is none. Nothing here knows CUDA.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "lsk3d/core/device.h"
#include "lsk3d/core/recording.h"

namespace lsk3d {

/// What can be done with the memory of one kind of device. All work goes, in order, to the stream
/// that kernels of this thread use; nothing waits unless it says so.
struct DeviceMemory {
  /// Uninitialised. Throws DeviceError that says what was asked, what is free and what lowers it.
  std::shared_ptr<std::byte> (*allocate)(std::size_t bytes) = nullptr;
  /// From the host, whose memory is free to change after the call.
  void (*upload)(void* to, const void* from, std::size_t bytes) = nullptr;
  /// To the host. Waits until it is there, and so for all work before it.
  void (*download)(void* to, const void* from, std::size_t bytes) = nullptr;
  void (*copy)(void* to, const void* from, std::size_t bytes) = nullptr;
  /// `count` times the element of 1, 2, 4 or 8 bytes.
  void (*fill)(void* to, const void* element, std::size_t element_bytes,
               std::int64_t count) = nullptr;
  /// Waits for all work of this thread.
  void (*synchronize)() = nullptr;
  std::unique_ptr<Recording> (*recording)() = nullptr;
};

/// Makes the GPU the current one of this thread. Throws DeviceError, with what to do, where it is
/// missing, its driver is too old, or this build has no code for it.
const DeviceMemory& cuda_memory(Device device);

/// Whether this build can drive GPUs and a driver is installed, so that a GPU which cannot be used
/// is worth a word.
bool cuda_driver_present();

/// Waits for the work of this thread on `device`; the CPU has done its own already.
void synchronize(Device device);

}  // namespace lsk3d
