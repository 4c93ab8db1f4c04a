// SPDX-License-Identifier: MIT
#pragma once

namespace lsk3d::cli {

/// From now on SIGINT, SIGTERM and SIGHUP (a terminal that is gone) only raise a flag; a second one
/// ends the process at once. SIGHUP stays ignored where it was, and SIGPIPE becomes so.
void catch_stop_signals();
/// The signal that came, or 0.
int stop_signal();

}  // namespace lsk3d::cli
