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

/// The device that "cpu", "cuda" or "cuda:1" names, or for "auto" the first GPU where there is one that
/// this build can use, else the CPU. Throws UsageError on another text, DeviceError, with what to do,
/// where that GPU cannot be used.
Device parse_device(const std::string& text);

}  // namespace lsk3d
