// SPDX-License-Identifier: MIT
#include "lsk3d/core/device.h"

#include <charconv>

#include "lsk3d/core/check.h"
#include "lsk3d/core/device_memory.h"
#include "lsk3d/core/log.h"

namespace lsk3d {
namespace {

/// The number behind "cuda:"; -1 where there is none.
int index_of(const std::string& text) {
  constexpr std::size_t kPrefix = 5;
  if (text == "cuda") return 0;
  int index = -1;
  const char* end = text.data() + text.size();
  if (!text.starts_with("cuda:")) return -1;
  const auto [stop, error] = std::from_chars(text.data() + kPrefix, end, index);
  return error == std::errc() && stop == end ? index : -1;
}

Device best_device() {
  if (!cuda_driver_present()) return Device::cpu();
  try {
    cuda_memory(Device::cuda());
    return Device::cuda();
  } catch (const DeviceError& e) {
    log_warning(str_cat("--device auto takes the CPU: ", e.what()));
    return Device::cpu();
  }
}

}  // namespace

std::string to_string(Device device) {
  return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(device.index);
}

Device parse_device(const std::string& text) {
  if (text == "auto") return best_device();
  if (text == "cpu") return Device::cpu();
  const int index = index_of(text);
  LSK3D_CHECK(index >= 0, UsageError, "--device: expected auto, cpu or cuda[:index], found '", text,
              "'");
  cuda_memory(Device::cuda(index));  // throws where it cannot be used
  return Device::cuda(index);
}

void synchronize(Device device) {
  if (!device.is_cpu()) cuda_memory(device).synchronize();
}

}  // namespace lsk3d
