// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lsk3d {

/// A file (or a pipe) opened for reading. Every failure is a DataError that names the path.
class InputFile {
 public:
  /// Folders and devices are refused: they have no size to check counts against.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  /// Bytes of the file; 0 for a pipe.
  std::uint64_t size() const { return size_; }

  /// Exactly `count` bytes from `offset`.
  void read_at(std::uint64_t offset, void* out, std::size_t count) const;
  /// Everything from the current position to the end, or the first `most` bytes of it.
  std::vector<std::byte> read_to_end(std::uint64_t most = UINT64_MAX) const;

 private:
  std::string path_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace lsk3d
