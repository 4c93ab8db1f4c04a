// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <algorithm>
#include <unordered_set>

#include "atomic_file.h"
#include "byte_writer.h"
#include "lsk3d/core/check.h"
#include "lsk3d/io/zip.h"
#include "printable.h"
#include "zip_format.h"

namespace lsk3d {
namespace {

constexpr std::uint16_t kVersionDeflate = 20, kVersion64 = 45;
constexpr std::uint16_t kSystemDos = 0, kSystemUnix = 3 << 8;      // whose external attributes
constexpr std::uint32_t kFolderAttributes = 040755u << 16 | 0x10;  // Unix's mode, DOS's bit
constexpr std::uint16_t kDate = 1 << 5 | 1;  // 1980-01-01: a fixed one, for equal archives

/// Raw deflate, one buffer after the other with the same tables: setting them up takes longer than
/// a small entry.
class Deflater {
 public:
  explicit Deflater(const std::string& path) {
    constexpr int kRawWindow = -15;
    const bool ready = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawWindow, 8,
                                    Z_DEFAULT_STRATEGY) == Z_OK;
    LSK3D_CHECK(ready, DataError, path, ": cannot start to compress: out of memory");
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::vector<std::byte> pack(std::span<const std::byte> bytes) {
    deflateReset(&stream_);
    std::vector<std::byte> out(deflateBound(&stream_, bytes.size()));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream_, Z_FINISH);
    LSK3D_ASSERT(result == Z_STREAM_END, "deflate needs more than its bound: ", result);
    out.resize(stream_.total_out);
    return out;
  }

 private:
  z_stream stream_{};
};

bool is_safe(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.size() >= zip::kSee64Short) return false;
  if (name.find('\\') != std::string::npos || name.find('\0') != std::string::npos) return false;
  const std::string padded = "/" + name + "/";
  return padded.find("/../") == std::string::npos;
}

}  // namespace

struct ZipWriter::State {
  explicit State(const std::string& path) : path(path), file(path), deflater(path) {}

  std::string path;
  AtomicFile file;
  Deflater deflater;
  ByteWriter directory;
  std::unordered_set<std::string> names;  // folders with their '/'
  bool finished = false;

  void check_name(const std::string& name) const {
    LSK3D_ASSERT(!finished, "entry added to ", path, " after finish()");
    LSK3D_CHECK(is_safe(name), UsageError, path, ": entry ", printable(name),
                ": expected a relative path with '/' and without '..'");
  }

  void write(const std::string& name, std::uint16_t method, std::span<const std::byte> bytes,
             std::span<const std::byte> packed, std::uint16_t system, std::uint32_t attributes) {
    const std::uint64_t offset = file.size();
    ByteWriter header;
    header.number(zip::kLocalHeader);
    header.number(kVersionDeflate);
    header.number(zip::kUtf8Name);
    header.number(method);
    header.number(std::uint16_t{0});  // time
    header.number(kDate);
    header.number(static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())));
    header.number(static_cast<std::uint32_t>(packed.size()));
    header.number(static_cast<std::uint32_t>(bytes.size()));
    header.number(static_cast<std::uint16_t>(name.size()));
    header.number(std::uint16_t{0});  // extra bytes
    add_to_directory(name, header, offset, system, attributes);
    header.text(name);
    file.write(header.view());
    file.write(packed);
  }

  void add_to_directory(const std::string& name, const ByteWriter& local_header,
                        std::uint64_t offset, std::uint16_t system, std::uint32_t attributes) {
    const bool far = offset >= zip::kSee64;
    directory.number(zip::kCentralHeader);
    directory.number(static_cast<std::uint16_t>(system | (far ? kVersion64 : kVersionDeflate)));
    // Version, flags, method, time, date, CRC, sizes and name length are the local header's.
    directory.bytes(local_header.view().subspan(4, 24));
    directory.number(static_cast<std::uint16_t>(far ? 12 : 0));  // extra bytes
    directory.number(std::uint16_t{0});                          // comment bytes
    directory.number(std::uint16_t{0});                          // disk
    directory.number(std::uint16_t{0});                          // internal attributes
    directory.number(attributes);                                // external ones
    directory.number(static_cast<std::uint32_t>(std::min<std::uint64_t>(offset, zip::kSee64)));
    directory.text(name);
    if (!far) return;
    directory.number(zip::kExtra64);
    directory.number(std::uint16_t{8});
    directory.number(offset);
  }
};

ZipWriter::ZipWriter(std::string path) : state_(std::make_unique<State>(path)) {}
ZipWriter::~ZipWriter() = default;

void ZipWriter::add(const std::string& name, std::span<const std::byte> bytes) {
  State& s = *state_;
  s.check_name(name);
  LSK3D_CHECK(!name.ends_with('/') && !s.names.contains(name + "/"), UsageError, s.path, ": entry ",
              printable(name), ": expected a file's name, found a folder's");
  constexpr std::uint64_t kMost =
      zip::kSee64 - (std::uint64_t{1} << 24);  // packing may add a little
  LSK3D_CHECK(bytes.size() < kMost, UsageError, s.path, ": entry ", printable(name), ": ",
              bytes.size(), " bytes; an entry must stay below ", kMost);
  LSK3D_CHECK(s.names.insert(name).second, UsageError, s.path, ": entry ", printable(name),
              " was added before");
  s.write(name, ZipEntry::kDeflated, bytes, s.deflater.pack(bytes), kSystemDos, 0);
}

void ZipWriter::add_directory(const std::string& name) {
  State& s = *state_;
  const std::string full = name.ends_with('/') ? name : name + "/";
  s.check_name(full);
  for (std::size_t slash = full.find('/'); slash != std::string::npos;
       slash = full.find('/', slash + 1)) {
    const std::string folder = full.substr(0, slash + 1);
    LSK3D_CHECK(!folder.ends_with("//") && !s.names.contains(full.substr(0, slash)), UsageError,
                s.path, ": entry ", printable(folder),
                ": expected a folder's name, found a file's or none");
    if (s.names.insert(folder).second)
      s.write(folder, ZipEntry::kStored, {}, {}, kSystemUnix, kFolderAttributes);
  }
}

void ZipWriter::finish() {
  State& s = *state_;
  LSK3D_ASSERT(!s.finished, "second finish() of ", s.path);
  s.finished = true;
  const std::uint64_t start = s.file.size(), bytes = s.directory.size(), count = s.names.size();
  ByteWriter end;
  if (count >= zip::kSee64Short || start >= zip::kSee64 || bytes >= zip::kSee64) {
    end.number(zip::kEnd64);
    end.number(std::uint64_t{zip::kEnd64Bytes - 12});  // bytes that follow
    end.number(kVersion64);
    end.number(kVersion64);
    end.number(std::uint32_t{0});  // this disk
    end.number(std::uint32_t{0});  // the directory's disk
    end.number(count);
    end.number(count);
    end.number(bytes);
    end.number(start);
    end.number(zip::kEnd64Locator);
    end.number(std::uint32_t{0});
    end.number(start + bytes);
    end.number(std::uint32_t{1});  // disks
  }
  const auto count16 = static_cast<std::uint16_t>(std::min<std::uint64_t>(count, zip::kSee64Short));
  end.number(zip::kEnd);
  end.number(std::uint16_t{0});
  end.number(std::uint16_t{0});
  end.number(count16);
  end.number(count16);
  end.number(static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, zip::kSee64)));
  end.number(static_cast<std::uint32_t>(std::min<std::uint64_t>(start, zip::kSee64)));
  end.number(std::uint16_t{0});  // comment bytes
  s.file.write(s.directory.view());
  s.file.write(end.view());
  s.file.commit();
}

}  // namespace lsk3d
