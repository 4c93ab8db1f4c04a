// SPDX-License-Identifier: MIT
// A data set in SemanticKITTI layout of a few hundred points a scan, and a network to match: whole
// runs within a second.
#pragma once
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/core/rng.h"

namespace lsk3d::testing_support {

/// A folder of this process that goes away with the object.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name)
      : path_((std::filesystem::temp_directory_path() /
               ("lsk3d_" + name + "_" + std::to_string(::getpid())))
                  .string()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void write_bytes(const std::string& path, const void* data, std::size_t bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary)
      .write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
}

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_text(const std::string& path, const std::string& text) {
  write_bytes(path, text.data(), text.size());
}

struct TinyScan {
  std::vector<float> points;          // x y z remission
  std::vector<std::uint32_t> labels;  // raw, with instances
};

/// Road, sidewalk, cars, vegetation and a few unlabelled points; some lie outside the volume.
inline TinyScan tiny_scan(std::uint64_t seed, int count = 500) {
  Rng rng(seed, 0x7E57);
  TinyScan scan;
  for (int i = 0; i < count; ++i) {
    const float x = rng.uniform(-20, 20), y = rng.uniform(-20, 20), u = rng.uniform();
    float z = -1.7f + 0.05f * rng.normal(), remission = 0.2f, far = 0;
    std::uint32_t label = std::abs(y) < 6 ? 40 : 48;
    if (u > 0.9f) z = rng.uniform(0.0f, 1.8f), label = 70, remission = 0.6f;
    else if (u > 0.75f)
      z = rng.uniform(-1.4f, -0.3f), label = 10u | (1u + static_cast<std::uint32_t>(u * 50) % 5)
                                                       << 16;
    else if (u > 0.72f) label = 0;
    else if (u > 0.70f) far = 60, label = 50;  // outside
    const float row[] = {x + far, y, z, remission + 0.1f * rng.uniform()};
    scan.points.insert(scan.points.end(), row, row + 4);
    scan.labels.push_back(label);
  }
  return scan;
}

inline void write_scan(const std::string& sequence_folder, const std::string& name,
                       const TinyScan& scan) {
  write_bytes(sequence_folder + "/velodyne/" + name + ".bin", scan.points.data(),
              scan.points.size() * sizeof(float));
  write_bytes(sequence_folder + "/labels/" + name + ".label", scan.labels.data(),
              scan.labels.size() * sizeof(std::uint32_t));
}

/// `sequences`: (number, scans), as in {{0, 4}, {8, 2}}.
inline void write_tiny_dataset(const std::string& root,
                               const std::vector<std::pair<int, int>>& sequences,
                               int points = 500) {
  for (const auto& [sequence, scans] : sequences)
    for (int i = 0; i < scans; ++i) {
      char folder[32], name[32];
      std::snprintf(folder, sizeof folder, "/sequences/%02d", sequence);
      std::snprintf(name, sizeof name, "%06d", i);
      write_scan(root + folder, name,
                 tiny_scan(static_cast<std::uint64_t>(100 * sequence + i), points));
    }
}

inline std::string tiny_config_path() {
  return std::string(LSK3D_SOURCE_DIR) + "/configs/lsk3dnet_tiny.yaml";
}

}  // namespace lsk3d::testing_support
