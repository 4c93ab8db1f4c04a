// SPDX-License-Identifier: MIT
#include "lsk3d/optim/schedule.h"

#include <algorithm>
#include <cmath>

#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"

namespace lsk3d {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// From `from` at share 0 to `to` at share 1 along half a cosine.
double cosine_between(double from, double to, double share) {
  return to + (from - to) / 2 * (1 + std::cos(kPi * share));
}

class ScheduleOf : public Schedule {
 public:
  explicit ScheduleOf(const ScheduleSettings& settings) : s_(settings) {}

 protected:
  ScheduleSettings s_;
};

class Constant final : public ScheduleOf {
 public:
  using ScheduleOf::ScheduleOf;
  Value at(std::int64_t, int) const override { return {s_.lr, s_.momentum}; }
};

class StepDecay final : public ScheduleOf {
 public:
  using ScheduleOf::ScheduleOf;
  Value at(std::int64_t, int epoch) const override {
    return {s_.lr * std::pow(s_.decay_rate, epoch / s_.decay_step), s_.momentum};
  }
};

/// By epoch. The release lets the cosine bottom out four epochs before the end and then rise again.
class CosineByEpoch final : public ScheduleOf {
 public:
  using ScheduleOf::ScheduleOf;
  Value at(std::int64_t, int epoch) const override {
    constexpr double kLowest = 1e-6;
    constexpr int kEarly = 4;
    const int period = s_.epochs > kEarly ? s_.epochs - kEarly : s_.epochs;
    return {cosine_between(s_.lr, kLowest, static_cast<double>(epoch) / period), s_.momentum};
  }
};

/// Smith & Topin 2018 as PyTorch has it: two cosine phases, by step, momentum against lr.
class OneCycle final : public ScheduleOf {
 public:
  using ScheduleOf::ScheduleOf;
  Value at(std::int64_t step, int) const override {
    const auto total = static_cast<double>(s_.total_steps);
    const double now = std::min(static_cast<double>(step), total - 1);
    const double first = s_.lr / s_.div_factor, last = first / s_.final_div_factor;
    const double peak = s_.pct_start * total - 1;  // below 0 where the run is too short to warm up
    if (now <= peak && peak > 0) {
      const double share = now / peak;
      return {cosine_between(first, s_.lr, share),
              cosine_between(s_.max_momentum, s_.base_momentum, share)};
    }
    const double length = total - 1 - peak;
    const double share = length > 0 ? std::max(0.0, now - peak) / length : 1;
    return {cosine_between(s_.lr, last, share),
            cosine_between(s_.base_momentum, s_.max_momentum, share)};
  }
};

/// Linear to lr, then a cosine over as many steps as the whole run has, by step, as the release's.
class WarmupCosine final : public ScheduleOf {
 public:
  using ScheduleOf::ScheduleOf;
  Value at(std::int64_t step, int) const override {
    const auto warmup = std::llround(s_.warmup_epochs * static_cast<double>(s_.steps_per_epoch));
    if (step < warmup)
      return {s_.lr * static_cast<double>(step + 1) / static_cast<double>(warmup), s_.momentum};
    const double share = static_cast<double>(step - warmup) / static_cast<double>(s_.total_steps);
    return {cosine_between(s_.lr, 0, std::min(1.0, share)), s_.momentum};
  }
};

void check_settings(const ScheduleSettings& s) {
  LSK3D_CHECK(s.lr >= 0 && s.lr < 1e9, UsageError, "train.lr: expected a number >= 0, found ",
              s.lr);
  LSK3D_CHECK(s.total_steps >= 1 && s.steps_per_epoch >= 1, UsageError,
              "training: expected at least one step per epoch, found ", s.total_steps, " steps in ",
              s.epochs, " epochs; is the training split empty?");
  LSK3D_CHECK(s.epochs >= 1, UsageError, "train.epochs: expected >= 1, found ", s.epochs);
  LSK3D_CHECK(s.decay_step >= 1, UsageError, "train.decay_step: expected >= 1 epochs, found ",
              s.decay_step);
  LSK3D_CHECK(s.decay_rate > 0 && s.decay_rate <= 1, UsageError,
              "train.decay_rate: expected a number in (0, 1], found ", s.decay_rate);
  LSK3D_CHECK(s.pct_start >= 0 && s.pct_start <= 1, UsageError,
              "train.pct_start: expected a number in [0, 1], found ", s.pct_start);
  LSK3D_CHECK(s.div_factor > 0 && s.final_div_factor > 0, UsageError,
              "train.div_factor and final_div_factor: expected numbers > 0, found ", s.div_factor,
              " and ", s.final_div_factor);
  LSK3D_CHECK(s.warmup_epochs >= 0 && s.warmup_epochs < 1e6, UsageError,
              "train.warmup_epochs: expected a number in [0, 1e6), found ", s.warmup_epochs);
}

}  // namespace

std::unique_ptr<Schedule> make_schedule(const ScheduleSettings& settings) {
  check_settings(settings);
  if (settings.name == "constant") return std::make_unique<Constant>(settings);
  if (settings.name == "step") return std::make_unique<StepDecay>(settings);
  if (settings.name == "cosine") return std::make_unique<CosineByEpoch>(settings);
  if (settings.name == "one_cycle") return std::make_unique<OneCycle>(settings);
  if (settings.name == "warmup_cosine") return std::make_unique<WarmupCosine>(settings);
  throw UsageError(str_cat(
      "train.schedule: expected constant, step, cosine, one_cycle or warmup_cosine, found '",
      settings.name, "'",
      did_you_mean(settings.name, {"constant", "step", "cosine", "one_cycle", "warmup_cosine"})));
}

}  // namespace lsk3d
