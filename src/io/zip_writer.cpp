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
constexpr std::uint16_t kDate = 1 << 5 | 1;  // 1980-01-01: a fixed one, for equal archives

std::vector<std::byte> deflated(std::span<const std::byte> bytes, const std::string& path) {
  z_stream stream{};
  constexpr int kRawWindow = -15;
  const bool ready = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawWindow, 8,
                                  Z_DEFAULT_STRATEGY) == Z_OK;
  LSK3D_CHECK(ready, DataError, path, ": cannot start to compress: out of memory");
  // Only a result shorter than the input is of use.
  std::vector<std::byte> out(bytes.size());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(fits ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

bool is_safe(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.size() >= zip::kSee64Short) return false;
  if (name.find('\\') != std::string::npos || name.find('\0') != std::string::npos) return false;
  const std::string padded = "/" + name + "/";
  return padded.find("/../") == std::string::npos;
}

}  // namespace

struct ZipWriter::State {
  explicit State(const std::string& path) : path(path), file(path) {}

  std::string path;
  AtomicFile file;
  ByteWriter directory;
  std::unordered_set<std::string> names;
  bool finished = false;

  void add_to_directory(const std::string& name, const ByteWriter& sizes_and_names,
                        std::uint64_t offset) {
    const bool far = offset >= zip::kSee64;
    directory.number(zip::kCentralHeader);
    directory.number(far ? kVersion64 : kVersionDeflate);
    // Version, flags, method, time, date, CRC, sizes and name length are the local header's.
    directory.bytes(sizes_and_names.view().subspan(4, 24));
    directory.number(static_cast<std::uint16_t>(far ? 12 : 0));  // extra bytes
    directory.number(std::uint16_t{0});                          // comment bytes
    directory.number(std::uint16_t{0});                          // disk
    directory.number(std::uint16_t{0});                          // internal attributes
    directory.number(std::uint32_t{0});                          // external attributes
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
  LSK3D_ASSERT(!s.finished, "entry added to ", s.path, " after finish()");
  LSK3D_CHECK(is_safe(name), UsageError, s.path, ": entry ", printable(name),
              ": expected a relative path with '/' and without '..'");
  LSK3D_CHECK(bytes.size() < zip::kSee64, UsageError, s.path, ": entry ", printable(name), ": ",
              bytes.size(), " bytes; an entry must stay below 4 GiB");
  LSK3D_CHECK(s.names.insert(name).second, UsageError, s.path, ": entry ", printable(name),
              " was added before");
  const std::vector<std::byte> packed = deflated(bytes, s.path);
  const bool stored = packed.empty() || packed.size() >= bytes.size();
  const std::uint64_t offset = s.file.size();

  ByteWriter header;
  header.number(zip::kLocalHeader);
  header.number(kVersionDeflate);
  header.number(zip::kUtf8Name);
  header.number(stored ? zip::kStored : zip::kDeflated);
  header.number(std::uint16_t{0});  // time
  header.number(kDate);
  header.number(static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())));
  header.number(static_cast<std::uint32_t>(stored ? bytes.size() : packed.size()));
  header.number(static_cast<std::uint32_t>(bytes.size()));
  header.number(static_cast<std::uint16_t>(name.size()));
  header.number(std::uint16_t{0});  // extra bytes
  s.add_to_directory(name, header, offset);
  header.text(name);
  s.file.write(header.view());
  s.file.write(stored ? bytes : std::span<const std::byte>(packed));
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
