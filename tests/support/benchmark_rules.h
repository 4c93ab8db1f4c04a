// SPDX-License-Identifier: MIT
// What the server of the SemanticKITTI benchmark asks of a submission, rule by rule.
#pragma once
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "lsk3d/io/zip.h"

namespace lsk3d::testing_support {

/// Ids that the benchmark judges, and 0.
inline const std::set<std::uint32_t>& benchmark_ids() {
  static const std::set<std::uint32_t> ids{0,  1,  10,  11,  13,  15,  16,  18,  20,  30, 31, 32,
                                           40, 44, 48,  49,  50,  51,  52,  60,  70,  71, 72, 80,
                                           81, 99, 252, 253, 254, 255, 256, 257, 258, 259};
  return ids;
}

/// Why the server would refuse the archive at `path` as the predictions of sequences 11 to 21 below
/// `data` (.bin scans of 16 bytes a point); "" where it would take it.
inline std::string benchmark_refusal(const std::string& path, const std::string& data) {
  namespace fs = std::filesystem;
  if (fs::path(path).extension() != ".zip") return "the name does not end in .zip";
  const ZipReader zip(path);
  std::map<std::string, ZipEntry> entries;
  for (const ZipEntry& entry : zip.entries()) entries[entry.name] = entry;
  if (!entries.contains("sequences/")) return "no folder sequences/";
  for (int number = 11; number <= 21; ++number) {
    const std::string sequence = "sequences/" + std::to_string(number) + "/";
    if (!entries.contains(sequence)) return "no folder " + sequence;
    if (!entries.contains(sequence + "predictions/"))
      return "no folder " + sequence + "predictions/";
    for (const auto& scan : fs::directory_iterator(data + "/" + sequence + "velodyne")) {
      const std::string name = sequence + "predictions/" + scan.path().stem().string() + ".label";
      const auto entry = entries.find(name);
      if (entry == entries.end()) return "no file " + name;
      if (entry->second.method != ZipEntry::kDeflated) return name + " is not deflated";
      const auto bytes = zip.read(name);
      if (bytes.size() != scan.file_size() / 16 * 4) return name + " has another number of points";
      for (std::size_t i = 0; i < bytes.size(); i += 4) {
        std::uint32_t id = 0;
        std::memcpy(&id, bytes.data() + i, 4);
        if (!benchmark_ids().contains(id & 0xFFFF))
          return name + " holds the id " + std::to_string(id);
      }
    }
  }
  return "";
}

}  // namespace lsk3d::testing_support
