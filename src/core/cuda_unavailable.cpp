// SPDX-License-Identifier: MIT
// Linked in place of cuda/device/ in a build without CUDA.
#include "lsk3d/core/device_memory.h"
#include "lsk3d/core/error.h"
#include "lsk3d/core/profile_range.h"

namespace lsk3d {

const DeviceMemory& cuda_memory(Device device) {
  throw DeviceError("device " + to_string(device) +
                    ": expected a build with CUDA, found one without; build lsk3d where nvcc is "
                    "installed, or use --device cpu");
}

bool cuda_driver_present() { return false; }

ProfileRange::ProfileRange(const char*) {}
ProfileRange::~ProfileRange() = default;

}  // namespace lsk3d
