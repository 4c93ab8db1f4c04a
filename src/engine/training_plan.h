// SPDX-License-Identifier: MIT
// What a configuration asks of the parts of a training.
#pragma once
#include <cstdint>

#include "lsk3d/core/device.h"
#include "lsk3d/data/loader.h"
#include "lsk3d/engine/config.h"
#include "lsk3d/ops/precision.h"
#include "lsk3d/optim/optimizer.h"
#include "lsk3d/optim/schedule.h"

namespace lsk3d {

OptimizerSettings optimizer_settings(const TrainSettings& train);
ScheduleSettings schedule_settings(const TrainSettings& train, std::int64_t steps_per_epoch);
LoaderSettings training_loader(const Config& config, Device device);

/// What the large convs of a training step are computed in: both directions in bf16, or neither.
/// Throws UsageError where the device cannot.
Precision training_precision(const Config& config, Device device);

}  // namespace lsk3d
