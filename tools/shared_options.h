// SPDX-License-Identifier: MIT
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "lsk3d/core/device.h"
#include "lsk3d/ops/precision.h"

namespace lsk3d::cli {

/// Options that every working verb takes.
struct SharedOptions {
  std::string device = "auto";
  int threads = 0;
  std::int64_t seed = -1;  // -1: the configuration's, or 0
  std::string precision = "f32";
  std::string log_level = "info", log_file;
  bool quiet = false;

  /// Acts on them: threads, log level; refuses a device that cannot be used, and bf16 for verbs that do
  /// not take it.
  void apply(bool takes_bf16 = false) const;
  /// Where to compute, for verbs that run a network; says so where it is a GPU.
  Device compute_device() const;
  Precision compute_precision() const {
    return precision == "bf16" ? Precision::bf16 : Precision::f32;
  }
};

/// Adds them to a verb; they are read when the verb runs.
std::shared_ptr<SharedOptions> add_shared_options(CLI::App& verb);

}  // namespace lsk3d::cli
