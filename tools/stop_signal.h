// SPDX-License-Identifier: MIT
#pragma once

namespace lsk3d::cli {

/// From now on SIGINT and SIGTERM only raise a flag; a second one ends the process at once.
void catch_stop_signals();
/// The signal that came, or 0.
int stop_signal();

}  // namespace lsk3d::cli
