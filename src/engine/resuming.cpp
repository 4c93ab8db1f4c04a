// SPDX-License-Identifier: MIT
#include "resuming.h"

#include <cmath>

#include "config_values.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "training_plan.h"

namespace lsk3d {
namespace {

constexpr const char* kFree[] = {"train.workers", "train.log_every", "train.save_minutes",
                                 "train.epochs", "data.skip_bad"};

bool is_free(const std::string& key) {
  for (const char* free : kFree)
    if (key == free) return true;
  return false;
}

void check_values(const Config& saved, const Config& now) {
  const auto wanted = config_values(now);
  for (const auto& [key, value] : config_values(saved))
    LSK3D_CHECK(is_free(key) || wanted.at(key) == value, UsageError, "--resume: ", key,
                ": expected ", value, " as the run was started with, found ", wanted.at(key),
                "; resume with the run's own config.yaml or start a new run");
}

void check_epochs(const SavedRun& saved, const Config& config, std::int64_t steps_per_epoch) {
  const TrainingPosition& at = saved.position;
  const int begun = at.epoch + (at.batch > 0 ? 1 : 0), epochs = config.train.epochs;
  LSK3D_CHECK(epochs >= begun, UsageError, "--resume: train.epochs: expected at least ", begun,
              ", the epochs that were begun, found ", epochs);
  if (!config.cws.enabled) return;
  const auto last_cut = static_cast<std::int64_t>(
      std::llround(config.cws.stop * static_cast<double>(at.cut_total_steps)));
  LSK3D_CHECK(epochs * steps_per_epoch >= last_cut, UsageError,
              "--resume: train.epochs: expected at least ",
              (last_cut + steps_per_epoch - 1) / steps_per_epoch,
              ", since cws cuts channels until step ", last_cut, ", found ", epochs);
}

void tell_of_new_length(const SavedRun& saved, const Config& config, std::int64_t steps_per_epoch) {
  const TrainingPosition& at = saved.position;
  const auto lr = [&](const TrainSettings& train) {
    return make_schedule(schedule_settings(train, steps_per_epoch))->at(at.step, at.epoch).lr;
  };
  log_info(str_cat("train.epochs: ", saved.config.train.epochs, " became ", config.train.epochs,
                   "; the schedule '", config.train.schedule,
                   "' is that of the new length, its learning rate after step ", at.step, " is ",
                   lr(config.train), ", was ", lr(saved.config.train),
                   config.sds.enabled ? "; so is the prune rate of SDS" : "",
                   config.cws.enabled ? "; the cuts of CWS stay where they were planned" : ""));
}

}  // namespace

void check_resumable(const SavedRun& saved, const Config& config, std::int64_t steps_per_epoch) {
  check_values(saved.config, config);
  const std::int64_t saved_steps = saved.position.total_steps / saved.config.train.epochs;
  LSK3D_CHECK(saved_steps == steps_per_epoch, UsageError,
              "--resume: the run was started on data that makes ", saved_steps,
              " steps an epoch, these make ", steps_per_epoch, "; resume with the same --data");
  check_epochs(saved, config, steps_per_epoch);
  if (config.train.epochs != saved.config.train.epochs)
    tell_of_new_length(saved, config, steps_per_epoch);
}

}  // namespace lsk3d
