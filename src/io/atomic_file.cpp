// SPDX-License-Identifier: MIT
#include "atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "lsk3d/core/check.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

/// Unique among the threads of this process and the processes of this machine.
std::string temporary_name(const std::string& target) {
  static std::atomic<unsigned> counter{0};
  constexpr std::size_t kLongestName = 200;  // leaves room for the rest within the system's 255
  const fs::path path(target);
  const std::string name = path.filename().string().substr(0, kLongestName);
  return (path.parent_path() / name).string() + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
}

/// Makes the rename itself survive a power cut. Some file systems cannot; they are no worse off.
void sync_folder_of(const std::string& target) {
  const fs::path folder = fs::path(target).parent_path();
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(path) {
  struct stat info {};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  LSK3D_CHECK(!exists || !S_ISDIR(info.st_mode), DataError, path,
              ": expected a file to write, found a folder; give a file name");
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    std::error_code ignored;  // a link to nowhere is replaced as it is
    if (const fs::path resolved = fs::canonical(path, ignored); exists && !resolved.empty())
      target_ = resolved.string();
    temporary_ = temporary_name(target_);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) temporary_.clear();
  }
  if (descriptor_ < 0) fail("cannot create");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  LSK3D_ASSERT(descriptor_ >= 0, "write to ", path_, " after its end");
  while (!bytes.empty()) {
    const ssize_t put =
        ::write(descriptor_, bytes.data(), std::min(bytes.size(), std::size_t{1} << 30));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    size_ += static_cast<std::uint64_t>(put);
  }
}

void AtomicFile::commit() {
  LSK3D_ASSERT(descriptor_ >= 0, "second commit of ", path_);
  // Network disks and quotas report a failed write as late as here.
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) fail("cannot flush");
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail("cannot close");
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("cannot rename into place");
  temporary_.clear();
  sync_folder_of(target_);
}

void AtomicFile::fail(const char* what) const {
  const std::string reason = std::strerror(errno);
  throw DataError(path_ + ": " + what + ": " + reason +
                  "; nothing was changed; check the folder, its rights and the free space");
}

}  // namespace lsk3d
