// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

namespace lsk3d::cli {

/// Options that every working verb takes.
struct SharedOptions {
  std::string device = "auto";
  int threads = 0;
  std::int64_t seed = -1;  // -1: the configuration's, or 0
  std::string precision = "f32";
  std::string log_level = "info";
  bool quiet = false;

  /// Acts on them: threads, log level; refuses a device or precision this build does not have.
  void apply() const;
};

/// Adds them to a verb; they are read when the verb runs.
std::shared_ptr<SharedOptions> add_shared_options(CLI::App& verb);

}  // namespace lsk3d::cli
