// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "lsk3d/data/scan.h"

namespace lsk3d {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

bool has_scan_name(const std::string& path) {
  const std::string name = lower_case(std::filesystem::path(path).filename().string());
  return !name.starts_with('.') && (name.ends_with(".bin") || name.ends_with(".npy") ||
                                    name.ends_with(".ply") || name.ends_with(".pcd"));
}

bool is_scan_file(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  using Type = std::filesystem::file_type;
  return has_scan_name(path) && type != Type::directory && type != Type::fifo &&
         type != Type::socket;
}

std::string scan_stem(const std::string& path) {
  const std::filesystem::path name = std::filesystem::path(path).filename();
  const bool two_endings = lower_case(name.string()).ends_with(".pcd.bin");
  return (two_endings ? name.stem() : name).stem().string();
}

}  // namespace lsk3d
