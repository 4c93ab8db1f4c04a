// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lsk3d/engine/config.h"
#include "lsk3d/metrics/confusion_matrix.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d {

/// One optimizer step, as logged.
struct StepReport {
  std::int64_t step = 0, total_steps = 0;  // steps done, from 1
  int epoch = 0, epochs = 0;               // current epoch, from 0
  double loss = 0, cross_entropy = 0, lovasz = 0;
  double lr = 0, grad_norm = 0;
  double seconds = 0;       // of this step
  double wait_seconds = 0;  // of these, waiting for data
  std::int64_t points = 0;
  double sparsity = 0;  // share of pruned weights in the sparse layers
};

/// What happens during training, for progress bars and logs. Called from the training thread.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void on_step(const StepReport&) {}
  virtual void on_sds_update(std::int64_t /*step*/, const SdsUpdate&) {}
  /// CWS cut channels; `model` has the new width.
  virtual void on_channels_cut(std::int64_t /*step*/, const ModelSettings& /*model*/) {}
  virtual void on_validation(int /*epochs_done*/, const IouReport&, bool /*best*/) {}
};

struct TrainOptions {
  std::string data_dir;
  std::string run_dir;  // made if missing; a run found there is an error unless `resume`
  bool resume = false;  // go on from run_dir's last saved state
  std::string init;     // model file that a new run starts from; empty: random weights
  std::vector<std::string> set_keys;  // of the configuration, which `init` does not take over
  Device device;        // where the network is trained
  std::function<bool()> should_stop;  // asked after every step; true: save and return
};

struct TrainResult {
  bool interrupted = false;  // should_stop said so; resume goes on from there
  bool was_finished = false;  // a resumed run that had nothing left to do
  std::int64_t steps = 0;
  int epochs = 0;
  double best_miou = -1;
};

/// Trains by `config` and writes run_dir/{config.yaml, metrics.jsonl, last.safetensors,
/// best.safetensors, tensorboard/, report/}. With CWS a
/// new width begins a new best: in the end best.safetensors holds the network of the deployed
/// width. A model that a run starts from must have its kernel, scales and widths; with another number of
/// classes the last layer is drawn anew. The model's normals and volume are taken over, with SDS its
/// masks too. A resumed run equals an uninterrupted one bit for bit. Throws DataError naming the step,
/// the batch's files and the first bad layer where the loss or a gradient is not finite.
TrainResult train(const Config& config, const TrainOptions& options, TrainObserver& observer);

}  // namespace lsk3d
