// SPDX-License-Identifier: MIT
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lsk3d::testing_support {

struct ProcessResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  std::string out, err;
  double cpu_seconds = 0;         // of all its threads
  std::int64_t peak_bytes = 0;    // of memory it held at once
};

/// The lsk3d binary as a child process, its output collected in files.
class Process {
 public:
  /// Starts it; `max_file_bytes` > 0 limits the size of files it may write, `max_cpu_seconds` > 0 how
  /// long it may compute before a signal ends it.
  explicit Process(const std::vector<std::string>& arguments, std::size_t max_file_bytes = 0,
                   unsigned max_cpu_seconds = 0);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill(int signal) const;
  /// False once it has ended.
  bool running();
  ProcessResult wait();

 private:
  std::string out_path_, err_path_;
  pid_t pid_ = -1;
  int status_ = 0;
  rusage usage_{};
  bool ended_ = false;
};

/// Runs it to its end.
ProcessResult lsk3d(const std::vector<std::string>& arguments, std::size_t max_file_bytes = 0,
                    unsigned max_cpu_seconds = 0);

}  // namespace lsk3d::testing_support
