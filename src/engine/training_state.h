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
  double best_miou = -1;         // over the classes present, at the best validation
  double last_miou = -1;         // by the api protocol, at the last one
};

/// Model, optimizer moments, masks (where `sds` is given), channel importances (where `selection`
/// is) and position in one atomic file. `info.config`: of the run.
void save_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer,
                         const Sds* sds, const TrainingPosition& position,
                         const CheckpointInfo& info, const ChannelSelection* selection = nullptr);

/// Optimizer steps done when a state was saved, which tell the width of its model. Throws DataError
/// where the file is damaged.
std::int64_t saved_step(const std::string& path);

/// What a saved state says of its run: configuration with the model's present width, label map.
/// Throws DataError as saved_step does.
CheckpointInfo saved_info(const std::string& path);

/// Restores all of it. Throws DataError naming the file where it is damaged or of another model,
/// and UsageError where it was trained with another configuration than `config` (what does not
/// change the numbers apart: workers, log_every, save_minutes) or on data of another size.
TrainingPosition load_training_state(const std::string& path, Lsk3dNet& model, Optimizer& optimizer,
                                     Sds* sds, const Config& config, std::int64_t total_steps,
                                     ChannelSelection* selection = nullptr);

}  // namespace lsk3d
