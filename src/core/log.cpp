// SPDX-License-Identifier: MIT
#include "lsk3d/core/log.h"

#include <memory>
#include <mutex>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log_sink.h"

namespace lsk3d {
namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_color_mt("lsk3d");
    made->set_pattern("%^%l%$: %v");
    return made;
  }();
  return *instance;
}

constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                 spdlog::level::warn, spdlog::level::err,
                                                 spdlog::level::off};

std::mutex sink_mutex;
std::shared_ptr<const LogSink> process_sink;  // under the mutex
thread_local const LogSink* thread_sink = nullptr;

void log(LogLevel level, const std::string& message) {
  const auto severity = kLevels[static_cast<int>(level)];
  if (!logger().should_log(severity)) return;
  if (thread_sink) return (*thread_sink)(level, message);
  std::shared_ptr<const LogSink> sink;
  {
    std::lock_guard lock(sink_mutex);
    sink = process_sink;
  }
  if (sink) (*sink)(level, message);
  else logger().log(severity, "{}", message);
}

}  // namespace

std::string to_string(LogLevel level) {
  constexpr const char* kNames[] = {"debug", "info", "warning", "error", "off"};
  return kNames[static_cast<int>(level)];
}

LogLevel parse_log_level(const std::string& name) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error,
                               LogLevel::off})
    if (to_string(level) == name) return level;
  throw UsageError(str_cat("--log-level: expected debug, info, warning, error or off, found '",
                           name, "'"));
}

void set_log_level(LogLevel level) {
  logger().set_level(kLevels[static_cast<int>(level)]);
}

void log_debug(const std::string& message) { log(LogLevel::debug, message); }
void log_info(const std::string& message) { log(LogLevel::info, message); }
void log_warning(const std::string& message) { log(LogLevel::warning, message); }
void log_error(const std::string& message) { log(LogLevel::error, message); }

void set_log_sink(LogSink sink) {
  auto made = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
  std::lock_guard lock(sink_mutex);
  process_sink = std::move(made);
}

LogSinkScope::LogSinkScope(LogSink sink) : sink_(std::move(sink)), before_(thread_sink) {
  thread_sink = sink_ ? &sink_ : nullptr;
}
LogSinkScope::~LogSinkScope() { thread_sink = before_; }

}  // namespace lsk3d
