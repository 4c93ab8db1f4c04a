// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <algorithm>
#include <unordered_map>

#include "byte_cursor.h"
#include "inflate.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/zip.h"
#include "printable.h"
#include "zip_format.h"

namespace lsk3d {
namespace {

struct Entry : ZipEntry {
  std::uint32_t crc = 0;
  std::uint64_t header = 0, data = 0;  // offsets in the archive
};

struct Directory {
  std::uint64_t start = 0, bytes = 0, entries = 0;
};

/// Offset of the end record: it stands at the very end, before a comment of at most 65535 bytes.
std::size_t find_end(std::span<const std::byte> bytes, const std::string& path) {
  ByteCursor in(bytes, path);
  for (std::size_t back = zip::kEndBytes; back <= bytes.size(); ++back) {
    if (back > zip::kEndBytes + 0xffff) break;
    const std::size_t at = bytes.size() - back;
    in.seek(at, "end record");
    if (in.read<std::uint32_t>("end record") != zip::kEnd) continue;
    in.seek(at + 20, "end record");
    if (in.read<std::uint16_t>("comment length") == in.remaining()) return at;
  }
  throw DataError(path + ": no end record of a zip archive; the file is cut short or no archive");
}

Directory read_end(std::span<const std::byte> bytes, const std::string& path) {
  const std::size_t end = find_end(bytes, path);
  ByteCursor in(bytes, path);
  in.seek(end + 10, "end record");
  Directory d;
  d.entries = in.read<std::uint16_t>("number of entries");
  d.bytes = in.read<std::uint32_t>("directory size");
  d.start = in.read<std::uint32_t>("directory offset");
  std::uint64_t limit = end;
  if (end >= zip::kLocatorBytes) {
    in.seek(end - zip::kLocatorBytes, "zip64 locator");
    if (in.read<std::uint32_t>("zip64 locator") == zip::kEnd64Locator) {
      in.read<std::uint32_t>("disk");
      limit = in.read<std::uint64_t>("offset of the zip64 end record");
      in.seek(limit, "zip64 end record");
      LSK3D_CHECK(in.read<std::uint32_t>("zip64 end record") == zip::kEnd64, DataError, path,
                  ": no zip64 end record at byte ", limit, "; the archive is damaged");
      in.take(28, "zip64 end record");
      d.entries = in.read<std::uint64_t>("number of entries");
      d.bytes = in.read<std::uint64_t>("directory size");
      d.start = in.read<std::uint64_t>("directory offset");
    }
  }
  constexpr std::uint64_t kLeastPerEntry = 46;
  LSK3D_CHECK(
      d.start <= limit && d.bytes <= limit - d.start && d.entries <= d.bytes / kLeastPerEntry,
      DataError, path, ": a directory of ", d.entries, " entries in ", d.bytes, " bytes at byte ",
      d.start, " does not fit; the archive is damaged");
  return d;
}

/// Replaces the numbers that say "see zip64" by those of the zip64 extra field.
void read_extra64(ByteCursor extra, Entry& entry) {
  while (extra.remaining() >= 4) {
    const auto id = extra.read<std::uint16_t>("extra field");
    ByteCursor field(extra.take(extra.read<std::uint16_t>("extra field"), "extra field"),
                     extra.path());
    if (id != zip::kExtra64) continue;
    for (std::uint64_t* number : {&entry.bytes, &entry.packed_bytes, &entry.header})
      if (*number == zip::kSee64) *number = field.read<std::uint64_t>("zip64 extra field");
  }
}

Entry read_entry(ByteCursor& in) {
  LSK3D_CHECK(in.read<std::uint32_t>("directory entry") == zip::kCentralHeader, DataError,
              in.path(), ": no directory entry before byte ", in.position(),
              " of the directory; the archive is damaged");
  Entry e;
  in.take(4, "versions");
  const auto flags = in.read<std::uint16_t>("flags");
  e.method = in.read<std::uint16_t>("method");
  in.take(4, "time");
  e.crc = in.read<std::uint32_t>("CRC");
  e.packed_bytes = in.read<std::uint32_t>("compressed size");
  e.bytes = in.read<std::uint32_t>("size");
  const auto name_bytes = in.read<std::uint16_t>("name length");
  const auto extra_bytes = in.read<std::uint16_t>("extra length");
  const auto comment_bytes = in.read<std::uint16_t>("comment length");
  in.take(8, "attributes");
  e.header = in.read<std::uint32_t>("offset");
  e.name = in.text(name_bytes, "name");
  read_extra64(ByteCursor(in.take(extra_bytes, "extra field"), in.path()), e);
  in.take(comment_bytes, "comment");
  const bool known = e.method == ZipEntry::kStored || e.method == ZipEntry::kDeflated;
  LSK3D_CHECK(known && !(flags & zip::kEncrypted), DataError, in.path(), ": entry ",
              printable(e.name), ": expected a stored or deflated entry, found method ", e.method,
              flags & zip::kEncrypted ? ", encrypted" : "", "; pack the archive anew");
  LSK3D_CHECK(e.method != ZipEntry::kStored || e.packed_bytes == e.bytes, DataError, in.path(),
              ": entry ", printable(e.name), ": stored, but of two sizes, ", e.packed_bytes,
              " and ", e.bytes, "; the archive is damaged");
  return e;
}

/// Sets `data` from the local header, whose extra field may differ from the directory's.
void locate(ByteCursor in, Entry& e) {
  in.seek(e.header, "an entry");
  LSK3D_CHECK(in.read<std::uint32_t>("local header") == zip::kLocalHeader, DataError, in.path(),
              ": entry ", printable(e.name), ": no local header at byte ", e.header,
              "; the archive is damaged");
  in.take(22, "local header");
  const auto name_bytes = in.read<std::uint16_t>("name length");
  const auto extra_bytes = in.read<std::uint16_t>("extra length");
  LSK3D_CHECK(in.text(name_bytes, "name") == e.name, DataError, in.path(), ": entry ",
              printable(e.name), " has another name in its local header; the archive is damaged");
  in.take(extra_bytes, "extra field");
  e.data = in.position();
  in.take(e.packed_bytes, "an entry");
}

}  // namespace

struct ZipReader::State {
  std::vector<std::byte> bytes;
  std::string path;
  std::vector<Entry> entries;
  std::vector<ZipEntry> listed;  // for the outside
  std::vector<std::string> names;
  std::unordered_map<std::string, std::size_t> index;

  void read_directory() {
    const Directory d = read_end(bytes, path);
    const std::span<const std::byte> all = bytes;
    ByteCursor in(all.subspan(d.start, d.bytes), path);
    const ByteCursor before(all.first(d.start), path);
    for (std::uint64_t i = 0; i < d.entries; ++i) {
      entries.push_back(read_entry(in));
      locate(before, entries.back());
      listed.push_back(entries.back());
      names.push_back(entries.back().name);
      LSK3D_CHECK(index.emplace(names.back(), i).second, DataError, path, ": entry ",
                  printable(names.back()), " occurs twice; the archive is damaged");
    }
    refuse_overlap();
  }

  /// Entries that share bytes make a small archive unpack to terabytes.
  void refuse_overlap() const {
    std::vector<const Entry*> sorted;
    for (const Entry& e : entries) sorted.push_back(&e);
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry* a, const Entry* b) { return a->header < b->header; });
    for (std::size_t i = 1; i < sorted.size(); ++i)
      LSK3D_CHECK(sorted[i - 1]->data + sorted[i - 1]->packed_bytes <= sorted[i]->header, DataError,
                  path, ": entries ", printable(sorted[i - 1]->name), " and ",
                  printable(sorted[i]->name), " overlap; the archive is damaged");
  }
};

ZipReader::ZipReader(const std::string& path) : ZipReader(read_file(path), path) {}

ZipReader::ZipReader(std::vector<std::byte> bytes, std::string path)
    : state_(std::make_unique<State>()) {
  state_->bytes = std::move(bytes);
  state_->path = std::move(path);
  state_->read_directory();
}

ZipReader::~ZipReader() = default;
ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&&) noexcept = default;

const std::vector<ZipEntry>& ZipReader::entries() const { return state_->listed; }
const std::vector<std::string>& ZipReader::names() const { return state_->names; }
bool ZipReader::contains(const std::string& name) const { return state_->index.contains(name); }

std::span<const std::byte> ZipReader::view(const std::string& name,
                                           std::vector<std::byte>& buffer) const {
  const auto found = state_->index.find(name);
  LSK3D_CHECK(found != state_->index.end(), DataError, state_->path, ": expected an entry ",
              printable(name), ", found none of that name; the archive is incomplete");
  const Entry& e = state_->entries[found->second];
  std::span<const std::byte> result = std::span(state_->bytes).subspan(e.data, e.packed_bytes);
  buffer.clear();
  if (e.method == ZipEntry::kDeflated) {
    buffer = inflate_raw(result, e.bytes, state_->path + ": entry " + printable(name));
    result = buffer;
  }
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(result.data()), result.size());
  // zlib takes a null pointer as "give me the first value"; an empty entry's CRC is that, too.
  LSK3D_CHECK(crc == e.crc, DataError, state_->path, ": entry ", printable(name),
              ": its checksum does not match its bytes; the archive is damaged");
  return result;
}

std::vector<std::byte> ZipReader::read(const std::string& name) const {
  std::vector<std::byte> buffer;
  const auto bytes = view(name, buffer);
  return buffer.empty() ? std::vector<std::byte>(bytes.begin(), bytes.end()) : buffer;
}

}  // namespace lsk3d
