// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace lsk3d::cli {

/// One line on stderr that is rewritten in place on a terminal; elsewhere plain lines, at most one
/// every few seconds, and one at the end.
class ProgressBar {
 public:
  /// `what` names the work, `unit` what is counted ("step", "scan"). A quiet bar prints nothing.
  ProgressBar(std::string what, std::string unit, std::int64_t total, bool quiet);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `details` is appended: loss, lr and the like.
  void update(std::int64_t done, const std::string& details = "");
  /// Clears the line so that other output can stand there; the next update draws it again.
  void clear();

 private:
  std::string line(std::int64_t done, const std::string& details) const;

  std::string what_, unit_;
  std::int64_t total_, first_done_ = -1;
  bool quiet_, terminal_;
  std::chrono::steady_clock::time_point begin_, last_print_;
};

}  // namespace lsk3d::cli
