// SPDX-License-Identifier: MIT
#include "lsk3d/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "lsk3d/core/error.h"
#include "support/golden.h"

namespace lsk3d {
namespace {

using testing_support::golden_path;

nlohmann::json golden(const std::string& name) {
  std::ifstream file(golden_path("schedules.json"));
  return nlohmann::json::parse(file).at(name);
}

ScheduleSettings settings_of(const nlohmann::json& params, const char* name) {
  ScheduleSettings s;
  s.name = name;
  s.lr = params.at("learning_rate");
  s.momentum = params.value("momentum", 0.9);
  s.epochs = params.at("max_num_epochs");
  s.total_steps = params.at("total_steps");
  s.decay_step = params.value("decay_step", 30);
  s.decay_rate = params.value("decay_rate", 0.1);
  return s;
}

void expect_golden(const nlohmann::json& wanted, const ScheduleSettings& settings, bool by_epoch) {
  const auto schedule = make_schedule(settings);
  const auto& values = wanted.at("lr_and_beta1");
  ASSERT_GE(values.size(), 20u);
  for (std::size_t i = 0; i < values.size(); ++i) {
    // By epoch or by step: the other one must not matter.
    const auto now = by_epoch ? schedule->at(static_cast<std::int64_t>(7 * i), static_cast<int>(i))
                              : schedule->at(static_cast<std::int64_t>(i), static_cast<int>(i / 7));
    EXPECT_NEAR(now.lr, values[i][0].get<double>(), 1e-9) << "position " << i;
    EXPECT_NEAR(now.momentum, values[i][1].get<double>(), 1e-9) << "position " << i;
  }
}

TEST(ScheduleGolden, StepDecay) {
  const auto wanted = golden("step");
  expect_golden(wanted, settings_of(wanted["params"], "step"), true);
}

TEST(ScheduleGolden, Cosine) {
  const auto wanted = golden("cosine");
  expect_golden(wanted, settings_of(wanted["params"], "cosine"), true);
}

TEST(ScheduleGolden, OneCycle) {
  const auto wanted = golden("onecycle");
  expect_golden(wanted, settings_of(wanted["params"], "one_cycle"), false);
}

TEST(ScheduleGolden, WarmupCosine) {
  const auto wanted = golden("warmup_cosine_restarts");
  const auto& params = wanted["params"];
  ScheduleSettings s = settings_of(params, "warmup_cosine");
  // The release warms up over 1000 / world_size iterations, whatever the epoch's length.
  const int world = params.at("world_size"), batch = params.at("batch_size");
  const int scans = params.at("training_size");
  s.steps_per_epoch = scans / (world * batch);
  s.total_steps = s.steps_per_epoch * s.epochs;
  s.warmup_epochs = 1000.0 / world / static_cast<double>(s.steps_per_epoch);
  expect_golden(wanted, s, false);
}

TEST(Schedule, WarmupCosineGoesDownAlongACosineAfterTheWarmup) {
  ScheduleSettings s;
  s.name = "warmup_cosine";
  s.lr = 0.24;
  s.epochs = 10;
  s.steps_per_epoch = 50;
  s.total_steps = 500;
  s.warmup_epochs = 1;
  const auto schedule = make_schedule(s);
  EXPECT_NEAR(schedule->at(0, 0).lr, 0.24 / 50, 1e-12);
  EXPECT_NEAR(schedule->at(49, 0).lr, 0.24, 1e-12);
  EXPECT_NEAR(schedule->at(50, 1).lr, 0.24, 1e-12);
  EXPECT_NEAR(schedule->at(300, 6).lr, 0.12, 1e-12);
  for (int step = 51; step < 500; ++step)
    EXPECT_LT(schedule->at(step, 0).lr, schedule->at(step - 1, 0).lr);
}

TEST(Schedule, ConstantStays) {
  ScheduleSettings s;
  s.name = "constant";
  s.lr = 0.3;
  s.momentum = 0.7;
  const auto now = make_schedule(s)->at(1'000'000, 99);
  EXPECT_EQ(now.lr, 0.3);
  EXPECT_EQ(now.momentum, 0.7);
}

TEST(Schedule, ShortestRunsStayFinite) {
  for (const char* name : {"constant", "step", "cosine", "one_cycle", "warmup_cosine"})
    for (int steps : {1, 2, 19, 20, 21}) {  // 20 · 0.05 − 1 = 0: a warm-up of no length
      ScheduleSettings s;
      s.name = name;
      s.total_steps = s.steps_per_epoch = steps;
      const auto schedule = make_schedule(s);
      for (int step = 0; step <= steps; ++step) {
        const auto now = schedule->at(step, 0);
        EXPECT_TRUE(std::isfinite(now.lr) && now.lr >= 0 && now.lr <= s.lr) << name << steps;
        EXPECT_TRUE(now.momentum >= 0.85 && now.momentum <= 0.95) << name << steps;
      }
    }
}

TEST(Schedule, WrongUseNamesTheKey) {
  const auto expect_key = [](auto change, const std::string& key) {
    ScheduleSettings s;
    change(s);
    try {
      make_schedule(s);
      FAIL() << key;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
    }
  };
  expect_key([](auto& s) { s.name = "onecycle"; }, "did you mean 'one_cycle'");
  expect_key([](auto& s) { s.lr = NAN; }, "train.lr");
  expect_key([](auto& s) { s.total_steps = 0; }, "at least one step");
  expect_key([](auto& s) { s.epochs = 0; }, "train.epochs");
  expect_key([](auto& s) { s.decay_step = 0; }, "train.decay_step");
  expect_key([](auto& s) { s.decay_rate = 2; }, "train.decay_rate");
  expect_key([](auto& s) { s.pct_start = 2; }, "train.pct_start");
  expect_key([](auto& s) { s.warmup_epochs = -1; }, "train.warmup_epochs");
}

}  // namespace
}  // namespace lsk3d
