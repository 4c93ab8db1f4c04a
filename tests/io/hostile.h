// SPDX-License-Identifier: MIT
// Damages files in every way that is cheap to try. A reader must answer each with a value or a
// DataError; a crash, another exception, a hang or a huge allocation fails the test.
#pragma once
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "io/temporary_folder.h"
#include "lsk3d/core/error.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/io/file.h"

namespace lsk3d::testing_support {

using Bytes = std::vector<std::byte>;

inline Bytes to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

/// Plain write: the atomic one syncs, which is slow thousands of times over.
inline void overwrite(const std::string& path, std::span<const std::byte> bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr) << path;
  if (!bytes.empty()) std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
}

/// A file in memory under a name of /proc: thousands of versions on a disk would take seconds.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("hostile", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  void set(std::span<const std::byte> bytes) const {
    ASSERT_EQ(::ftruncate(descriptor_, static_cast<off_t>(bytes.size())), 0);
    ASSERT_EQ(::pwrite(descriptor_, bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  int descriptor_;
};

/// True where `read(path)` gave a value; a DataError must name the file in one line.
template <typename Read>
bool survives(Read&& read, const std::string& path, const std::string& how) {
  try {
    read(path);
    return true;
  } catch (const DataError& e) {
    const std::string message = e.what();
    EXPECT_NE(message.find(path), std::string::npos) << how << ": " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << how << ": " << message;
    EXPECT_LT(message.size(), 2000u) << how;
  } catch (const std::exception& e) {
    ADD_FAILURE() << how << ": not a DataError: " << e.what();
  }
  return false;
}

/// Every length (at most `most` of them), every byte position (at most `most`) with a random flip,
/// and runs of 0x00 and 0xff over small fields. `head` limits the positions to the first bytes,
/// where the structure lies. Returns how many cut files were still accepted.
template <typename Read>
int attack(const Bytes& good, Read&& read, std::size_t most = 1500, std::size_t head = ~0ull) {
  const MemoryFile file;
  const std::string path = file.path();
  int accepted = 0;
  const std::size_t range = std::min(good.size(), head);
  for (std::size_t i = 0, n = std::min(range, most); i < n; ++i) {
    const std::size_t length = i * range / n;
    file.set(std::span(good).first(length));
    accepted += survives(read, path, "cut to " + std::to_string(length));
  }
  Rng rng(7, good.size());
  for (std::size_t i = 0, n = std::min(range, most); i < n; ++i) {
    Bytes bad = good;
    const std::size_t at = i * range / n;
    bad[at] ^= static_cast<std::byte>(1 + rng.below(255));
    file.set(bad);
    survives(read, path, "flip at " + std::to_string(at));
    for (const int fill : {0x00, 0x7f, 0xff}) {
      bad = good;
      const std::size_t width = std::size_t{1} << rng.below(4);
      for (std::size_t j = at; j < std::min(at + width, bad.size()); ++j)
        bad[j] = static_cast<std::byte>(fill);
      file.set(bad);
      survives(read, path, "fill at " + std::to_string(at));
    }
  }
  return accepted;
}

/// A DataError whose message names the file and `expected`.
template <typename Read>
void expect_data_error(Read&& read, const std::string& path, const std::string& expected) {
  try {
    read(path);
    ADD_FAILURE() << "expected a DataError with '" << expected << "', got a value";
  } catch (const DataError& e) {
    const std::string message = e.what();
    EXPECT_NE(message.find(path), std::string::npos) << message;
    EXPECT_NE(message.find(expected), std::string::npos) << message;
  }
}

/// The most memory this process ever held, in MiB.
inline long peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss >> 10;
}

}  // namespace lsk3d::testing_support
