// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "channel_selection.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/optim/optimizer.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d {

/// Where a run stands. Random numbers are counter-based, so no generator state is needed: the seed
/// and this position determine all of them.
struct TrainingPosition {
  std::int64_t step = 0;         // optimizer steps done
  int epoch = 0;                 // current epoch, from 0
  std::int64_t batch = 0;        // batches of it done
  std::int64_t total_steps = 0;  // of the whole run
  std::int64_t cut_total_steps = 0;  // those that the cuts of CWS were planned by
  double best_miou = -1;         // over the classes present, at the best validation
  double last_miou = -1;         // by the api protocol, at the last one
};

/// Model, optimizer moments, masks (where `sds` is given), channel importances (where `selection`
/// is) and position in one atomic file. `info.config`: of the run.
void save_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer,
                         const Sds* sds, const TrainingPosition& position,
                         const CheckpointInfo& info, const ChannelSelection* selection = nullptr);

/// What a saved state says of its run, tensors aside.
struct SavedRun {
  TrainingPosition position;
  Config config;        // of the run: with the width that it deploys
  CheckpointInfo info;  // configuration with the model's present width, label map
};

/// Throws DataError where the file is damaged or no training state.
SavedRun saved_run(const std::string& path);

/// Restores the tensors. Throws DataError naming the file where it is damaged or of another model.
void load_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer, Sds* sds,
                         std::int64_t steps_done, ChannelSelection* selection = nullptr);

}  // namespace lsk3d
