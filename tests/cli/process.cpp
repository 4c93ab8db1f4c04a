// SPDX-License-Identifier: MIT
#include "cli/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "support/tiny_dataset.h"

namespace lsk3d::testing_support {
namespace {

std::string scratch_file(const char* what) {
  static int count = 0;
  return (std::filesystem::temp_directory_path() /
          ("lsk3d_process_" + std::to_string(::getpid()) + "_" + std::to_string(count++) + what))
      .string();
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, std::size_t max_file_bytes)
    : out_path_(scratch_file(".out")), err_path_(scratch_file(".err")) {
  const char* binary = std::getenv("LSK3D_CLI");
  std::vector<std::string> words{binary ? binary : LSK3D_CLI};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  const auto redirect = [](const std::string& path, int to) {
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    ::dup2(file, to);
  };
  redirect(out_path_, STDOUT_FILENO);
  redirect(err_path_, STDERR_FILENO);
  if (max_file_bytes > 0) {
    const rlimit limit{max_file_bytes, max_file_bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

Process::~Process() {
  if (running()) {
    kill(SIGKILL);
    wait();
  }
  std::error_code ignored;
  std::filesystem::remove(out_path_, ignored);
  std::filesystem::remove(err_path_, ignored);
}

void Process::kill(int signal) const { ::kill(pid_, signal); }

void Process::collect(int options) {
  rusage usage{};
  if (ended_ || ::wait4(pid_, &status_, options, &usage) != pid_) return;
  ended_ = true;
  most_memory_ = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

bool Process::running() {
  collect(WNOHANG);
  return !ended_;
}

ProcessResult Process::wait() {
  collect(0);
  ProcessResult result;
  result.most_memory = most_memory_;
  if (WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
  else result.signal = WTERMSIG(status_);
  result.out = read_bytes(out_path_);
  result.err = read_bytes(err_path_);
  return result;
}

ProcessResult lsk3d(const std::vector<std::string>& arguments, std::size_t max_file_bytes) {
  return Process(arguments, max_file_bytes).wait();
}

}  // namespace lsk3d::testing_support
