// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "lsk3d/io/folder_lock.h"

namespace lsk3d {

/// The files of one training run, kept to one process for as long as this lives.
class RunDirectory {
 public:
  /// Makes the folder. Throws UsageError where a run, or what is left of one, is there already and
  /// `resume` is off, or where there is none to resume; DataError where another process works there.
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

  /// Of a new run. Throws UsageError where another configuration lies there.
  void write_config(const std::string& yaml) const;
  /// Appends one line to metrics.jsonl.
  void append_metrics(const std::string& json_line) const;
  /// Drops the lines that a run resumed after `step` will write again: those of later steps and, where
  /// it `validates_next`, that of a validation after this one.
  void truncate_metrics(std::int64_t step, bool validates_next) const;

 private:
  std::string path_;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace lsk3d
