// SPDX-License-Identifier: MIT
#include "lsk3d/optim/optimizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <functional>

#include "lsk3d/core/check.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"
#include "lsk3d/optim/clip.h"

namespace lsk3d {
namespace {

Tensor random_tensor(std::int64_t n, std::uint64_t seed) {
  Rng rng(seed);
  Tensor t = Tensor::empty({n});
  for (float& value : t.span<float>()) value = rng.uniform(-1, 1);
  return t;
}

struct Model {
  explicit Model(std::vector<std::int64_t> sizes) {
    for (std::size_t i = 0; i < sizes.size(); ++i)
      parameters.push_back(
          {str_cat("p", i), Variable(random_tensor(sizes[i], 100 + i), true), nullptr});
  }
  std::vector<Parameter*> all() {
    std::vector<Parameter*> list;
    for (auto& p : parameters) list.push_back(&p);
    return list;
  }
  void set_gradients(std::uint64_t step) {
    for (std::size_t i = 0; i < parameters.size(); ++i)
      parameters[i].grad() = random_tensor(parameters[i].value().numel(), 1000 * step + i);
  }
  std::deque<Parameter> parameters;
};

struct Position {
  double lr, momentum;
};
Position position(int step) { return {0.01 + 0.003 * step, 0.95 - 0.02 * step}; }  // all vary

using Rule = std::function<void(double& w, double g, std::array<double, 2>& state, int step)>;

/// PyTorch's documented algorithm, one number at a time in double.
Rule rule(const OptimizerSettings& s) {
  return [s](double& w, double g, std::array<double, 2>& state, int step) {
    const auto [lr, momentum] = position(step);
    const int t = step + 1;
    if (s.name == "adamw") w -= lr * s.weight_decay * w;
    else g += s.weight_decay * w;
    if (s.name == "sgd") {
      state[0] = s.momentum == 0 ? g : t == 1 ? g : momentum * state[0] + g;
      w -= lr * (s.nesterov ? g + momentum * state[0] : state[0]);
      return;
    }
    state[0] = momentum * state[0] + (1 - momentum) * g;
    state[1] = s.beta2 * state[1] + (1 - s.beta2) * g * g;
    const double m = state[0] / (1 - std::pow(momentum, t));
    const double v = state[1] / (1 - std::pow(s.beta2, t));
    w -= lr * m / (std::sqrt(v) + s.eps);
  };
}

class EveryOptimizer : public ::testing::TestWithParam<OptimizerSettings> {};

TEST_P(EveryOptimizer, FollowsTheDocumentedRule) {
  Model model({1003, 1});
  const auto optimizer = make_optimizer(model.all(), GetParam());
  const Rule step_rule = rule(GetParam());
  std::vector<double> w;
  for (float value : model.parameters[0].value().span<float>()) w.push_back(value);
  std::vector<std::array<double, 2>> state(w.size(), {0, 0});
  for (int step = 0; step < 6; ++step) {
    model.set_gradients(static_cast<std::uint64_t>(step));
    const double scale = 1.0 / (1 + step);
    for (std::size_t i = 0; i < w.size(); ++i)
      step_rule(w[i], scale * model.parameters[0].grad().data<float>()[i], state[i], step);
    optimizer->set_lr(position(step).lr);
    optimizer->set_momentum(position(step).momentum);
    optimizer->step(scale);
    double worst = 0;
    for (std::size_t i = 0; i < w.size(); ++i)
      worst = std::max(worst, std::abs(w[i] - model.parameters[0].value().data<float>()[i]));
    EXPECT_LE(worst, 1e-6) << "step " << step;
  }
  EXPECT_EQ(optimizer->step_count(), 6);
}

TEST_P(EveryOptimizer, LeavesParametersWithoutGradientAlone) {
  Model model({10, 10});
  const auto optimizer = make_optimizer(model.all(), GetParam());
  model.set_gradients(1);
  model.parameters[1].variable.clear_grad();
  const Tensor before = model.parameters[1].value().clone();
  optimizer->step();
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(before.data<float>()[i], model.parameters[1].value().data<float>()[i]);
}

/// Runs `steps` steps, saving to and loading from another optimizer after `cut`.
std::vector<float> weights_after(const OptimizerSettings& settings, int steps, int cut) {
  Model model({200'001, 3});
  auto optimizer = make_optimizer(model.all(), settings);
  for (int step = 0; step < steps; ++step) {
    if (step == cut) {
      std::vector<std::pair<std::string, Tensor>> saved;
      for (const auto& [name, tensor] : optimizer->state())
        saved.emplace_back(name, tensor.clone());
      auto resumed = make_optimizer(model.all(), settings);
      resumed->load_state(saved, optimizer->step_count());
      optimizer = std::move(resumed);
    }
    model.set_gradients(static_cast<std::uint64_t>(step));
    if (step == 0) model.parameters[1].variable.clear_grad();  // starts a step later
    optimizer->set_lr(position(step).lr);
    optimizer->set_momentum(position(step).momentum);
    optimizer->step(clip_scale(gradient_norm(model.all()), 1.0));
  }
  const auto w = model.parameters[0].value().span<float>();
  std::vector<float> all(w.begin(), w.end());
  for (float value : model.parameters[1].value().span<float>()) all.push_back(value);
  return all;
}

TEST_P(EveryOptimizer, ResumesBitForBit) {
  EXPECT_EQ(weights_after(GetParam(), 4, 2), weights_after(GetParam(), 4, -1));
}

TEST_P(EveryOptimizer, SameBitsOnAnyNumberOfThreads) {
  const int before = num_threads();
  set_num_threads(1);
  const auto one = weights_after(GetParam(), 3, -1);
  set_num_threads(2);
  const auto two = weights_after(GetParam(), 3, -1);
  set_num_threads(before);
  EXPECT_EQ(one, two);
}

OptimizerSettings settings(const char* name, double decay, double momentum = 0.9,
                           bool nesterov = false) {
  OptimizerSettings s;
  s.name = name;
  s.weight_decay = decay;
  s.momentum = momentum;
  s.nesterov = nesterov;
  return s;
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer,
                         ::testing::Values(settings("sgd", 1e-2), settings("sgd", 1e-2, 0.9, true),
                                           settings("sgd", 1e-2, 0), settings("adam", 1e-2),
                                           settings("adamw", 1e-1)));

TEST(Optimizer, StateNamesAndSharesMemory) {
  Model model({4});
  const auto adam = make_optimizer(model.all(), settings("adamw", 0));
  model.set_gradients(1);
  adam->step();
  const auto state = adam->state();
  ASSERT_EQ(state.size(), 3u);
  EXPECT_EQ(state[0].first, "p0/exp_avg");
  EXPECT_EQ(state[1].first, "p0/exp_avg_sq");
  EXPECT_EQ(state[2].first, "p0/step");
  EXPECT_TRUE(adam->state_of(model.parameters[0])[0].same_memory(state[0].second));
  EXPECT_TRUE(adam->masked_state_of(model.parameters[0]).empty());
  const auto sgd = make_optimizer(model.all(), settings("sgd", 0));
  EXPECT_EQ(sgd->state()[0].first, "p0/momentum_buffer");
  EXPECT_EQ(sgd->masked_state_of(model.parameters[0]).size(), 1u);
}

void expect_message(const std::function<void()>& wrong, const std::string& part) {
  try {
    wrong();
    FAIL() << "expected an error with " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Optimizer, WrongUseNamesTheKey) {
  Model model({4});
  const auto make = [&](auto change) {
    OptimizerSettings s;
    change(s);
    make_optimizer(model.all(), s);
  };
  expect_message([&] { make([](auto& s) { s.name = "adamww"; }); }, "did you mean 'adamw'");
  expect_message([&] { make([](auto& s) { s.lr = -1; }); }, "train.lr");
  expect_message([&] { make([](auto& s) { s.lr = NAN; }); }, "train.lr");
  expect_message([&] { make([](auto& s) { s.weight_decay = -1; }); }, "train.weight_decay");
  expect_message([&] { make([](auto& s) { s.momentum = 1; }); }, "train.momentum");
  expect_message([&] { make([](auto& s) { s.name = "sgd", s.momentum = 0; }); }, "train.nesterov");
}

TEST(Optimizer, RefusesForeignState) {
  Model model({4});
  const auto adam = make_optimizer(model.all(), settings("adam", 0));
  auto state = adam->state();
  const auto load = [&](auto entries) { return [&, entries] { adam->load_state(entries, 1); }; };
  auto missing = state;
  missing.erase(missing.begin());
  expect_message(load(missing), "'p0/exp_avg'");
  auto misshapen = state;
  misshapen[1].second = Tensor::zeros({5});
  expect_message(load(misshapen), "'p0/exp_avg_sq': expected f32 [4], found f32 [5]");
  auto more = state;
  more.emplace_back("p9/exp_avg", Tensor::zeros({4}));
  expect_message(load(more), "expected 3 entries, found 4");
}

TEST(Clip, NormAndScaleAsTorch) {
  Model model({300'000, 7, 2});
  model.set_gradients(3);
  model.parameters[2].variable.clear_grad();
  long double sum = 0;
  for (int p : {0, 1})
    for (float g : model.parameters[static_cast<std::size_t>(p)].grad().span<float>())
      sum += static_cast<long double>(g) * g;
  const double norm = gradient_norm(model.all());
  EXPECT_NEAR(norm, std::sqrt(static_cast<double>(sum)), 1e-9 * norm);
  EXPECT_DOUBLE_EQ(clip_scale(10, 0.25), 0.25 / (10 + 1e-6));
  EXPECT_EQ(clip_scale(0.1, 0.25), 1);
  EXPECT_EQ(clip_scale(10, 0), 1);
  EXPECT_EQ(clip_scale(10, -1), 1);
}

}  // namespace
}  // namespace lsk3d
