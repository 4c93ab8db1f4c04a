// SPDX-License-Identifier: MIT
#include "lsk3d/core/recording.h"

#include "lsk3d/core/device_memory.h"

namespace lsk3d {

std::unique_ptr<Recording> make_recording(Device device) {
  return device.is_cpu() ? nullptr : cuda_memory(device).recording();
}

}  // namespace lsk3d
