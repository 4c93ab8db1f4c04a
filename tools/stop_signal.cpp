// SPDX-License-Identifier: MIT
#include "stop_signal.h"

#include <csignal>

namespace lsk3d::cli {
namespace {

volatile std::sig_atomic_t received = 0;

void on_signal(int signal) {
  received = signal;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  // Ignored from the beginning: nohup, which wants the work to go on.
  if (std::signal(SIGHUP, on_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
  // With a terminal whoever reads the output goes too; to write to nobody must not end the process
  // before it has saved.
  std::signal(SIGPIPE, SIG_IGN);
}

int stop_signal() { return received; }

}  // namespace lsk3d::cli
