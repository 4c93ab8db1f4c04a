// SPDX-License-Identifier: MIT
#include "progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace lsk3d::cli {
namespace {

std::string duration_text(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  char text[32];
  if (s >= 3600) std::snprintf(text, sizeof text, "%ldh%02ldm", s / 3600, s / 60 % 60);
  else std::snprintf(text, sizeof text, "%ldm%02lds", s / 60, s % 60);
  return text;
}

}  // namespace

ProgressBar::ProgressBar(std::string what, std::string unit, std::int64_t total, bool quiet)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      last_print_(begin_ - std::chrono::hours(1)) {}

ProgressBar::~ProgressBar() {
  if (!quiet_ && terminal_) std::fputc('\n', stderr);
}

std::string ProgressBar::line(std::int64_t done, const std::string& details) const {
  constexpr int kWidth = 24;
  const double share = total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 1;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const auto counted = static_cast<double>(done - first_done_);
  const double rate = counted / std::max(elapsed, 1e-9);
  std::string bar;
  if (terminal_) {
    const int full = static_cast<int>(share * kWidth);
    bar = std::string(static_cast<std::size_t>(full), '=');
    bar.resize(kWidth, ' ');
    bar = "[" + bar + "] ";
  }
  char numbers[160];
  int length = std::snprintf(numbers, sizeof numbers, "%lld/%lld %s", static_cast<long long>(done),
                             static_cast<long long>(total_), unit_.c_str());
  if (counted > 0 && length < 100)
    std::snprintf(numbers + length, sizeof numbers - static_cast<std::size_t>(length),
                  "  %.2f %s/s  ETA %s", rate, unit_.c_str(),
                  duration_text(static_cast<double>(total_ - done) / rate).c_str());
  return what_ + " " + bar + numbers + (details.empty() ? "" : "  " + details);
}

void ProgressBar::update(std::int64_t done, const std::string& details) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  // A bar that was made only when the first piece was done cannot tell how long that took.
  if (first_done_ < 0) first_done_ = now - begin_ < std::chrono::milliseconds(1) ? done : done - 1;
  const double pause = std::chrono::duration<double>(now - last_print_).count();
  if (pause < (terminal_ ? 0.1 : 10.0) && done != total_) return;
  last_print_ = now;
  if (terminal_) std::fprintf(stderr, "\r\033[K%s", line(done, details).c_str());
  else std::fprintf(stderr, "%s\n", line(done, details).c_str());
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!quiet_ && terminal_) std::fprintf(stderr, "\r\033[K");
}

}  // namespace lsk3d::cli
