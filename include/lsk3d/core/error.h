// SPDX-License-Identifier: MIT
// The four kinds of failure, and the process exit code that each one maps to.
#pragma once
#include <stdexcept>
#include <string>

namespace lsk3d {

/// Base of every exception lsk3d throws on purpose. The message is one line that names the thing,
/// what was expected, what was found, and what to do.
class Error : public std::runtime_error {
 public:
  Error(const std::string& message, int exit_code)
      : std::runtime_error(message), exit_code_(exit_code) {}
  /// Exit code of a command-line tool that fails with this error (2, 3, 4 or 70).
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// A wrong option, configuration value or call: the caller can mend it. Exit code 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(message, 2) {}
};

/// A missing, broken or unexpected file or its contents. Exit code 3.
class DataError : public Error {
 public:
  explicit DataError(const std::string& message) : Error(message, 3) {}
};

/// A device that is absent, too old, or out of memory. Exit code 4.
class DeviceError : public Error {
 public:
  explicit DeviceError(const std::string& message) : Error(message, 4) {}
};

/// A broken invariant inside lsk3d: our bug. Exit code 70.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message) : Error(message, 70) {}
};

}  // namespace lsk3d
