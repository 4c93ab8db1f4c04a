// SPDX-License-Identifier: MIT
#include "lsk3d/io/folder_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "io/temporary_folder.h"
#include "lsk3d/core/error.h"

namespace lsk3d::testing_support {
namespace {

std::string error_of(const std::string& folder) {
  try {
    const FolderLock lock(folder, "lsk3d predict");
    return "";
  } catch (const DataError& error) {
    return error.what();
  }
}

/// Another process that locks a folder and waits to be killed.
class Holder {
 public:
  explicit Holder(const std::string& folder) {
    int ready[2];
    if (::pipe(ready) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      const FolderLock lock(folder, "lsk3d train");
      [[maybe_unused]] const ssize_t put = ::write(ready[1], "x", 1);
      while (true) ::pause();
    }
    char byte = 0;
    [[maybe_unused]] const ssize_t got = ::read(ready[0], &byte, 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Holder() { kill(); }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

TEST(FolderLock, KeepsOthersOutAndSaysWhoIsIn) {
  const TemporaryFolder folder;
  const Holder holder(folder.path());
  const std::string error = error_of(folder.path());
  for (const std::string& part :
       {folder.path() + ": in use by process " + std::to_string(holder.pid()) + " on host ",
        std::string("(lsk3d train); wait for it or choose another folder")})
    EXPECT_NE(error.find(part), std::string::npos) << error;
}

TEST(FolderLock, ALockOfOnesOwnProcessCountsToo) {
  const TemporaryFolder folder;
  const FolderLock lock(folder.path(), "lsk3d train");
  EXPECT_NE(error_of(folder.path()).find(std::to_string(::getpid())), std::string::npos);
}

TEST(FolderLock, DiesWithItsProcess) {
  const TemporaryFolder folder;
  Holder holder(folder.path());
  holder.kill();
  EXPECT_EQ(folder.files(), 1u);  // what a killed process leaves is taken over
  EXPECT_EQ(error_of(folder.path()), "");
  EXPECT_EQ(folder.files(), 0u);
}

TEST(FolderLock, LeavesNothingBehind) {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder.path(), "lsk3d train");
    EXPECT_EQ(folder.files(), 1u);
    error_of(folder.path());
    EXPECT_EQ(folder.files(), 1u) << "the lock of somebody living was removed";
  }
  EXPECT_EQ(folder.files(), 0u);
}

TEST(FolderLock, OfManyOneAtATimeGetsIn) {
  const TemporaryFolder folder;
  std::atomic<int> inside{0}, entered{0}, most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) try {
          const FolderLock lock(folder.path(), "lsk3d train");
          most = std::max(most.load(), ++inside);
          ++entered;
          --inside;
        } catch (const DataError&) {
        }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_GT(entered, 0);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(folder.files(), 0u);
}

TEST(FolderLock, AFolderThatCannotBeWrittenIsNamed) {
  for (const char* folder : {"/proc/self", "/no/such/folder"}) {
    const std::string error = error_of(folder);
    EXPECT_EQ(error.find(std::string(folder) + ": cannot write in this folder: "), 0u) << error;
  }
}

TEST(FolderLock, WhatAnOwnerWroteIsShownOnOneLine) {
  const TemporaryFolder folder;
  const FolderLock lock(folder.path(), "lsk3d train");
  std::ofstream(folder / ".lsk3d.lock") << "a\nb\x1b" << std::string(10000, 'x');
  const std::string error = error_of(folder.path());
  EXPECT_NE(error.find("in use by a?b?xx"), std::string::npos) << error;
  EXPECT_LT(error.size(), 400u);
}

}  // namespace
}  // namespace lsk3d::testing_support
