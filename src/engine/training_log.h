// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lsk3d/engine/evaluator.h"
#include "lsk3d/engine/trainer.h"
#include "lsk3d/io/tensorboard.h"
#include "run_directory.h"

namespace lsk3d {

/// What a run tells of itself: metrics.jsonl, TensorBoard, the report. Each line of metrics.jsonl says
/// the steps done before it.
class TrainingLog {
 public:
  /// `run` and `config` must outlive this.
  TrainingLog(const RunDirectory& run, const Config& config, std::vector<std::string> class_names);

  /// Every train.log_every steps and after the first.
  void add(const StepReport& report);
  void add(std::int64_t step, const SdsUpdate& update);
  /// The network after channels were cut: its width and number of parameters.
  void add_width(std::int64_t step, const ModelSettings& model, std::int64_t parameters);
  /// Also writes report/valid.{json,txt} and the page.
  void add(std::int64_t step, const EvalResult& validation);
  /// report/index.html of all that was added.
  void write_page() const;

 private:
  const RunDirectory& run_;
  const Config& config_;
  std::vector<std::string> class_names_;
  TensorboardWriter events_;
};

}  // namespace lsk3d
