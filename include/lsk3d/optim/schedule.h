// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace lsk3d {

struct ScheduleSettings {
  std::string name = "one_cycle";  // constant, step, cosine, one_cycle, warmup_cosine
  double lr = 0.005;
  double momentum = 0.9;         // momentum or beta1 at rest
  std::int64_t total_steps = 1;  // one_cycle, warmup_cosine: optimizer steps of the whole run
  std::int64_t steps_per_epoch = 1;
  int epochs = 1;
  int decay_step = 30;                                                // step: epochs between decays
  double decay_rate = 0.1;                                            // step
  double pct_start = 0.05, div_factor = 10, final_div_factor = 1000;  // one_cycle
  double base_momentum = 0.85, max_momentum = 0.95;                   // one_cycle, cycled beta1
  double warmup_epochs = 1;                                           // warmup_cosine
};

/// lr and momentum (or beta1) as a pure function of the position, so resuming needs no state.
class Schedule {
 public:
  struct Value {
    double lr = 0, momentum = 0;
  };
  virtual ~Schedule() = default;
  /// For optimizer step `step` (0-based) in epoch `epoch` (0-based).
  virtual Value at(std::int64_t step, int epoch) const = 0;
};

/// Throws UsageError naming the known schedules.
std::unique_ptr<Schedule> make_schedule(const ScheduleSettings& settings);

}  // namespace lsk3d
