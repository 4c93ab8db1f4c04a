// SPDX-License-Identifier: MIT
// Where messages go, for programs that keep a log of their own.
#pragma once
#include <functional>
#include <string>

#include "lsk3d/core/log.h"

namespace lsk3d {

/// Takes one message of at least the level that set_log_level lets pass. May be called by several
/// threads at once.
using LogSink = std::function<void(LogLevel, const std::string&)>;

/// "debug", "info", "warning", "error" or "off".
std::string to_string(LogLevel level);

/// All messages go to `sink` from now on; an empty one gives them back to stderr.
void set_log_sink(LogSink sink);

/// While alive, messages of this thread go to `sink` instead. Scopes nest. Threads of a pool that
/// works for this thread are not included.
class LogSinkScope {
 public:
  explicit LogSinkScope(LogSink sink);
  ~LogSinkScope();
  LogSinkScope(const LogSinkScope&) = delete;
  LogSinkScope& operator=(const LogSinkScope&) = delete;

 private:
  LogSink sink_;
  const LogSink* before_;
};

}  // namespace lsk3d
