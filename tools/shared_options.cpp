// SPDX-License-Identifier: MIT
#include "shared_options.h"

#include <fstream>
#include <mutex>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log_sink.h"
#include "lsk3d/core/parallel.h"

namespace lsk3d::cli {
namespace {

void log_into(const std::string& path) {
  const auto file = std::make_shared<std::ofstream>(path, std::ios::app);
  LSK3D_CHECK(file->good(), DataError, "--log-file ", path,
              ": cannot write there; choose a file in a folder that exists");
  const auto mutex = std::make_shared<std::mutex>();
  set_log_sink([file, mutex](LogLevel level, const std::string& message) {
    std::lock_guard lock(*mutex);
    *file << to_string(level) << ": " << message << std::endl;
  });
}

}  // namespace


std::shared_ptr<SharedOptions> add_shared_options(CLI::App& verb) {
  auto options = std::make_shared<SharedOptions>();
  const std::string group = "Shared options";
  verb.add_option("--device", options->device,
                  "auto (a GPU where one can be used), cpu or cuda[:index]")
      ->group(group);
  verb.add_option("--threads", options->threads, "threads to compute with; 0: all cores")->group(group);
  verb.add_option("--seed", options->seed, "seed of all random numbers")->group(group);
  verb.add_option("--precision", options->precision, "f32 or bf16")->group(group);
  verb.add_option("--log-level", options->log_level, "debug, info, warning, error or off")->group(group);
  verb.add_option("--log-file", options->log_file, "messages go to the end of this file, not to stderr")
      ->group(group);
  verb.add_flag("--quiet", options->quiet, "print results and errors only")->group(group);
  return options;
}

void SharedOptions::apply(bool takes_bf16) const {
  set_log_level(quiet ? LogLevel::error : parse_log_level(log_level));
  if (!log_file.empty()) log_into(log_file);
  LSK3D_CHECK(threads >= 0 && threads <= 1024, UsageError,
              "--threads: expected 0 (all cores) to 1024, found ", threads);
  set_num_threads(threads);
  LSK3D_CHECK(seed >= -1, UsageError, "--seed: expected a whole number from 0, found ", seed);
  if (device != "auto") parse_device(device);
  LSK3D_CHECK(precision == "f32" || precision == "bf16", UsageError,
              "--precision: expected f32 or bf16, found '", precision, "'");
  LSK3D_CHECK(precision == "f32" || takes_bf16, UsageError,
              "--precision bf16: this verb computes in f32; only train, predict, eval and bench take bf16");
}

Device SharedOptions::compute_device() const {
  const Device chosen = parse_device(device);
  if (!chosen.is_cpu()) log_info("computing on " + to_string(chosen));
  return chosen;
}

}  // namespace lsk3d::cli
