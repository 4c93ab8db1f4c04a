// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace lsk3d {

enum class DeviceType { cpu, cuda };

/// Where a tensor's memory lives and its ops run.
struct Device {
  DeviceType type = DeviceType::cpu;
  int index = 0;

  static Device cpu() { return {}; }
  static Device cuda(int index = 0) { return {DeviceType::cuda, index}; }
  bool is_cpu() const { return type == DeviceType::cpu; }
  friend bool operator==(const Device&, const Device&) = default;
};

/// "cpu" or "cuda:1".
std::string to_string(Device device);

}  // namespace lsk3d
