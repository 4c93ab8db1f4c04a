// SPDX-License-Identifier: MIT
// Messages for people, on stderr. Thread-safe.
#pragma once
#include <string>

namespace lsk3d {

enum class LogLevel { debug, info, warning, error, off };

/// Throws UsageError on a name other than debug, info, warning, error, off.
LogLevel parse_log_level(const std::string& name);
void set_log_level(LogLevel level);

void log_debug(const std::string& message);
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);

}  // namespace lsk3d
