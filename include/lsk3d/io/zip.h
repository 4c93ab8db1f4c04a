// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lsk3d {

/// Writes a zip archive of deflated entries. The same entries give the same bytes (no clock is
/// read). The archive appears under its name at finish(); without it, or after a failure, the
/// temporary file is removed and an old archive stays.
class ZipWriter {
 public:
  explicit ZipWriter(std::string path);
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// `name` is a relative path with '/'. Throws UsageError on a name given twice, an unsafe name,
  /// or an entry of nearly 4 GiB or more, DataError where the disk refuses. The archive itself may
  /// pass 4 GiB and 65535 entries (zip64).
  void add(const std::string& name, std::span<const std::byte> bytes);
  /// An entry "name/", as some readers of archives expect for every folder, and one for each folder
  /// above it; those that are there already stay as they are. Throws as add().
  void add_directory(const std::string& name);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One line of an archive's directory.
struct ZipEntry {
  static constexpr std::uint16_t kStored = 0, kDeflated = 8;

  std::string name;
  std::uint64_t bytes = 0, packed_bytes = 0;  ///< as unpacked, and in the archive
  std::uint16_t method = kStored;

  bool is_directory() const { return name.ends_with('/'); }
};

/// Reads a zip archive, zip64 included: stored and deflated entries. The constructor checks the
/// whole directory; every failure is a DataError that names the file.
class ZipReader {
 public:
  explicit ZipReader(const std::string& path);
  /// Of bytes read already; `path` is for messages.
  ZipReader(std::vector<std::byte> bytes, std::string path);
  ~ZipReader();
  ZipReader(ZipReader&&) noexcept;
  ZipReader& operator=(ZipReader&&) noexcept;

  /// In the order of the archive's directory, folders among them.
  const std::vector<ZipEntry>& entries() const;
  const std::vector<std::string>& names() const;
  bool contains(const std::string& name) const;
  /// The contents, checked against the entry's CRC. Throws DataError where absent or damaged.
  std::vector<std::byte> read(const std::string& name) const;
  /// The same without a copy where the entry is stored: then the result lies in the archive's
  /// memory and `buffer` stays empty; else in `buffer`.
  std::span<const std::byte> view(const std::string& name, std::vector<std::byte>& buffer) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lsk3d
