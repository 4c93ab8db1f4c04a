// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/engine/config.h"
#include "training_state.h"

namespace lsk3d {

/// Throws UsageError, naming the key, where a saved run cannot go on with `config` or with data that
/// make `steps_per_epoch`. Free to change are what does not touch the numbers (workers, log_every,
/// save_minutes), data.skip_bad, and train.epochs from the epoch that was begun on: then the schedules
/// of learning rate and pruning are those of the new length, which is said, and the cuts of CWS stay
/// where they were planned.
void check_resumable(const SavedRun& saved, const Config& config, std::int64_t steps_per_epoch);

}  // namespace lsk3d
