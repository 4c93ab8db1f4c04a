// SPDX-License-Identifier: MIT
// The emulated GPU's memory: apart from the host's, which cannot touch it outside of launches and
// copies. Host code that follows a GPU address by mistake ends the program here as on a real GPU.
#pragma once
#include <cstddef>

namespace cuda_emulation {

/// 256-byte-aligned; null where there is no room.
void* take_device_memory(std::size_t bytes);
void give_device_memory(void* memory, std::size_t bytes);

/// False under sanitizers, which know accesses beyond a block's end of blocks from malloc alone.
bool device_memory_is_guarded();

/// While one lives, the memory can be reached: what runs "on the GPU" holds one. They nest.
class DeviceAccess {
 public:
  DeviceAccess();
  ~DeviceAccess();
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
};

}  // namespace cuda_emulation
