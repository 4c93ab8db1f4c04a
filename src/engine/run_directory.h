// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace lsk3d {

/// The files of one training run.
class RunDirectory {
 public:
  /// Makes the folder. Throws UsageError where a run is there already and `resume` is off, or where
  /// there is none to resume.
  RunDirectory(const std::string& path, bool resume);

  std::string config() const { return path_ + "/config.yaml"; }
  std::string metrics() const { return path_ + "/metrics.jsonl"; }
  std::string last() const { return path_ + "/last.safetensors"; }
  std::string best() const { return path_ + "/best.safetensors"; }
  /// Everything a resumed run needs, whole in one file, so that it is never half of two moments.
  std::string state() const { return path_ + "/last.state.safetensors"; }
  std::string tensorboard() const { return path_ + "/tensorboard"; }
  std::string report() const { return path_ + "/report"; }
  std::string valid_json() const { return report() + "/valid.json"; }

  /// Appends one line to metrics.jsonl.
  void append_metrics(const std::string& json_line) const;
  /// Drops the lines of steps after `step`, which a resumed run will write again.
  void truncate_metrics(std::int64_t step) const;

 private:
  std::string path_;
};

}  // namespace lsk3d
