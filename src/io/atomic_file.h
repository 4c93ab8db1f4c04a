// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lsk3d {

/// A file that appears under its name only when complete: what is written goes to a temporary in
/// the same folder until commit(). Without commit(), or after a failure, the destructor removes the
/// temporary and the old file stays. Devices and pipes (/dev/stdout) are written directly.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Bytes written so far.
  std::uint64_t size() const { return size_; }
  /// Flushes to disk and renames. Nothing may be written afterwards.
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string path_;       // as given, for messages
  std::string target_;     // with symbolic links resolved
  std::string temporary_;  // "" where written directly, and after the rename
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace lsk3d
