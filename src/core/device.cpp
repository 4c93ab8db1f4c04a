// SPDX-License-Identifier: MIT
#include "lsk3d/core/device.h"

namespace lsk3d {

std::string to_string(Device device) {
  return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(device.index);
}

}  // namespace lsk3d
