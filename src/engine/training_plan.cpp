// SPDX-License-Identifier: MIT
#include "training_plan.h"

#include "lsk3d/core/check.h"
#include "lsk3d/engine/predictor.h"

namespace lsk3d {

OptimizerSettings optimizer_settings(const TrainSettings& train) {
  OptimizerSettings settings;
  settings.name = train.optimizer;
  settings.lr = train.lr;
  settings.momentum = train.momentum;
  settings.nesterov = train.nesterov;
  settings.weight_decay = train.weight_decay;
  return settings;
}

ScheduleSettings schedule_settings(const TrainSettings& train, std::int64_t steps_per_epoch) {
  ScheduleSettings settings;
  settings.name = train.schedule;
  settings.lr = train.lr;
  settings.momentum = train.optimizer == "sgd" ? train.momentum : 0.9;
  settings.steps_per_epoch = steps_per_epoch;
  settings.total_steps = steps_per_epoch * train.epochs;
  settings.epochs = train.epochs;
  settings.decay_step = train.decay_step;
  settings.decay_rate = train.decay_rate;
  settings.warmup_epochs = train.warmup_epochs;
  return settings;
}

LoaderSettings training_loader(const Config& config, Device device) {
  LoaderSettings settings = loader_settings(config);
  settings.shuffle = true;
  settings.augment = true;
  settings.prefetch = 2;
  settings.topology = device.is_cpu();  // a GPU finds its own
  return settings;
}

Precision training_precision(const Config& config, Device device) {
  if (config.train.precision == "f32") return Precision::f32;
  LSK3D_CHECK(!device.is_cpu(), UsageError,
              "train.precision: bf16 is for training on a GPU, found ", to_string(device),
              ", whose input gradients are in f32; use --device cuda, or train.precision=f32");
  return Precision::bf16;
}

}  // namespace lsk3d
