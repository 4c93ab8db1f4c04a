// SPDX-License-Identifier: MIT
#include "lsk3d/io/stale_files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lsk3d/io/file.h"
#include "support/tiny_dataset.h"

namespace lsk3d {
namespace {

namespace fs = std::filesystem;

/// The number of a process that was and is no more.
int ended_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

TEST(StaleFiles, ThoseOfEndedProcessesGoAndNothingElse) {
  const testing_support::ScratchFolder folder("stale");
  const std::string ended = std::to_string(ended_process()), own = std::to_string(::getpid());
  const std::string stale[] = {"a.label.tmp." + ended + ".0", "inside/b.npy.tmp." + ended + ".12"};
  const std::string kept[] = {"a.label", "c.tmp." + own + ".0", "d.tmp." + ended,
                              "e.tmp." + ended + ".x", "f.tmp.0.1", "tmp." + ended + ".1"};
  for (const auto& name : stale) testing_support::write_text(folder / name, "half");
  for (const auto& name : kept) testing_support::write_text(folder / name, "whole");
  remove_stale_files(folder.path());
  EXPECT_FALSE(fs::exists(folder / stale[0]));
  EXPECT_TRUE(fs::exists(folder / stale[1]));
  remove_stale_files(folder.path(), /*recursive=*/true);
  EXPECT_FALSE(fs::exists(folder / stale[1]));
  for (const auto& name : kept) EXPECT_TRUE(fs::exists(folder / name)) << name;
  EXPECT_NO_THROW(remove_stale_files(folder / "nowhere"));
}

TEST(AtomicFiles, ANameAsLongAsTheSystemAllowsCanBeWritten) {
  const testing_support::ScratchFolder folder("long_name");
  const std::string path = folder / (std::string(249, 'y') + ".label");
  write_text_file_atomic(path, "whole");
  EXPECT_EQ(read_text_file(path), "whole");
}

}  // namespace
}  // namespace lsk3d
