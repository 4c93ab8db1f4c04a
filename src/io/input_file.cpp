// SPDX-License-Identifier: MIT
#include "input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

constexpr std::size_t kLongestRead = std::size_t{1} << 30;  // the system cuts longer ones anyway

template <typename F>
ssize_t retry(F&& call) {
  ssize_t result;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
  descriptor_ = static_cast<int>(retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  LSK3D_CHECK(descriptor_ >= 0, DataError, path, ": cannot open: ", std::strerror(errno),
              "; check the path");
  struct stat info {};
  const bool known = ::fstat(descriptor_, &info) == 0;
  if (!known || S_ISDIR(info.st_mode) || S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
    ::close(descriptor_);
    throw DataError(path + ": expected a file, found a " +
                    (known && S_ISDIR(info.st_mode) ? "folder" : "device") + "; check the path");
  }
  if (S_ISREG(info.st_mode)) size_ = static_cast<std::uint64_t>(info.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read_at(std::uint64_t offset, void* out, std::size_t count) const {
  auto* to = static_cast<std::byte*>(out);
  while (count > 0) {
    const ssize_t got = retry([&] {
      return ::pread(descriptor_, to, std::min(count, kLongestRead), static_cast<off_t>(offset));
    });
    LSK3D_CHECK(got >= 0, DataError, path_, ": cannot read: ", std::strerror(errno));
    LSK3D_CHECK(got > 0, DataError, path_, ": ends at byte ", offset, ", but ", count,
                " more were expected; the file is cut short");
    to += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
}

std::vector<std::byte> InputFile::read_to_end(std::uint64_t most) const {
  // One more than there should be, to see the end.
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min(size_, most)) + 1);
  std::size_t filled = 0;
  while (filled <= most) {
    if (filled == bytes.size()) bytes.resize(std::max<std::size_t>(bytes.size() * 2, 1 << 16));
    const ssize_t got = retry([&] {
      return ::read(descriptor_, bytes.data() + filled,
                    std::min(bytes.size() - filled, kLongestRead));
    });
    LSK3D_CHECK(got >= 0, DataError, path_, ": cannot read: ", std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(filled, most)));
  return bytes;
}

}  // namespace lsk3d
