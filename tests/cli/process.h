// SPDX-License-Identifier: MIT
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace lsk3d::testing_support {

struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  std::size_t most_memory = 0;  // bytes resident at its peak
  std::string out, err;
};

/// The lsk3d binary as a child process, its output collected in files.
class Process {
 public:
  /// Starts it; `max_file_bytes` > 0 limits the size of files it may write.
  explicit Process(const std::vector<std::string>& arguments, std::size_t max_file_bytes = 0);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill(int signal) const;
  /// False once it has ended.
  bool running();
  ProcessResult wait();

 private:
  void collect(int options);

  std::string out_path_, err_path_;
  pid_t pid_ = -1;
  int status_ = 0;
  std::size_t most_memory_ = 0;
  bool ended_ = false;
};

/// Runs it to its end.
ProcessResult lsk3d(const std::vector<std::string>& arguments, std::size_t max_file_bytes = 0);

}  // namespace lsk3d::testing_support
