// SPDX-License-Identifier: MIT
#include "lsk3d/io/file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "io/hostile.h"
#include "lsk3d/io/safetensors.h"
#include "lsk3d/io/zip.h"

namespace lsk3d {
namespace {

using namespace testing_support;

TEST(File, RoundTripsBytesAndText) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  for (const std::string& text : {std::string(), std::string("x"), std::string(100'000, '\0')}) {
    write_text_file_atomic(path, text);
    EXPECT_EQ(read_text_file(path), text);
    EXPECT_EQ(read_file(path), to_bytes(text));
  }
  EXPECT_EQ(folder.files(), 1u);
}

TEST(File, ErrorsNameThePath) {
  const TemporaryFolder folder;
  expect_data_error([](auto& p) { read_file(p); }, folder / "missing", "No such file");
  expect_data_error([](auto& p) { read_file(p); }, folder.path(), "folder");
  expect_data_error([](auto& p) { read_file(p); }, "/dev/zero", "device");
  expect_data_error([](auto& p) { write_text_file_atomic(p, "x"); }, folder.path(), "folder");
  expect_data_error([](auto& p) { write_text_file_atomic(p, "x"); }, folder / "no/file",
                    "No such file");
}

TEST(File, ReadsAPipeToItsEnd) {
  const TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::string text(300'000, 'p');
  std::thread writer([&] {
    const int out = ::open(path.c_str(), O_WRONLY);
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t put = ::write(out, text.data() + at, text.size() - at);
      if (put <= 0) break;
      at += static_cast<std::size_t>(put);
    }
    ::close(out);
  });
  EXPECT_EQ(read_text_file(path), text);
  writer.join();
}

TEST(File, WritesThroughALinkAndIntoADevice) {
  const TemporaryFolder folder;
  write_text_file_atomic(folder / "real", "old");
  std::filesystem::create_symlink("real", folder / "link");
  write_text_file_atomic(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_text_file(folder / "real"), "new");

  write_text_file_atomic("/dev/null", "gone");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  expect_data_error([](auto& p) { write_text_file_atomic(p, "x"); }, "/dev/full", "No space left");
}

/// Runs `write` in a process that may not write over 4096 bytes to any file, as on a full disk.
/// 0: a DataError that names the path came; else what went wrong.
template <typename Write>
int on_full_disk(const std::string& path, Write&& write) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int result = 1;
    try {
      write(path);
    } catch (const DataError& e) {
      result = std::string(e.what()).find(path) == std::string::npos ? 2 : 0;
    } catch (...) {
      result = 3;
    }
    ::_exit(result);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}

TEST(File, FullDiskLeavesTheOldFileAndNoTemporary) {
  const TemporaryFolder folder;
  const std::string path = folder / "kept";
  write_text_file_atomic(path, "old contents");
  const Tensor large = Tensor::zeros({4096});

  EXPECT_EQ(on_full_disk(path, [](auto& p) { write_text_file_atomic(p, std::string(9000, 'x')); }),
            0);
  EXPECT_EQ(on_full_disk(path,
                         [&](auto& p) {
                           TensorFile file;
                           file.add("large", large);
                           write_safetensors(p, file);
                         }),
            0);
  EXPECT_EQ(on_full_disk(path,
                         [](auto& p) {
                           ZipWriter zip(p);
                           Rng rng(1);
                           Bytes noise(9000);
                           for (std::byte& b : noise) b = static_cast<std::byte>(rng.below(256));
                           zip.add("noise", noise);
                           zip.finish();
                         }),
            0);
  EXPECT_EQ(read_text_file(path), "old contents");
  EXPECT_EQ(folder.files(), 1u);
  // Below the limit the same process writes well.
  EXPECT_EQ(on_full_disk(path, [](auto& p) { write_text_file_atomic(p, "small"); }), 1);
  EXPECT_EQ(read_text_file(path), "small");
}

}  // namespace
}  // namespace lsk3d
