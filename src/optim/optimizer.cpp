// SPDX-License-Identifier: MIT
#include "lsk3d/optim/optimizer.h"

#include "lsk3d/core/check.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/kernels/kernels.h"
#include "parameter_state.h"

namespace lsk3d {
namespace {

/// What all optimizers share: the state and its saving.
class StatefulOptimizer : public Optimizer {
 public:
  StatefulOptimizer(std::vector<Parameter*> parameters, std::vector<std::string> moments,
                    const OptimizerSettings& settings, double momentum)
      : settings_(settings), state_(std::move(parameters), std::move(moments)) {
    lr_ = settings.lr;
    momentum_ = momentum;
  }

  void step(double grad_scale) override {
    ++step_count_;
    for (std::size_t i = 0; i < state_.size(); ++i) {
      const Parameter& p = state_.parameter(i);
      if (!p.grad().defined()) continue;
      LSK3D_ASSERT(p.grad().shape() == p.value().shape(), p.name, ": gradient ",
                   to_string(p.grad().shape()), " of a value ", to_string(p.value().shape()));
      update(i, grad_scale);
    }
  }

  NamedTensors state() override { return state_.named(); }
  void load_state(const NamedTensors& state, std::int64_t step_count) override {
    state_.load(state);
    step_count_ = step_count;
  }
  std::vector<Tensor> state_of(const Parameter& parameter) override {
    return state_.moments_of(parameter);
  }
  void replace_state(const Parameter& parameter,
                     const std::function<Tensor(const Tensor&)>& change) override {
    state_.replace(parameter, change);
  }

 protected:
  virtual void update(std::size_t i, double grad_scale) = 0;

  OptimizerSettings settings_;
  ParameterState state_;
};

class Sgd final : public StatefulOptimizer {
 public:
  Sgd(std::vector<Parameter*> parameters, const OptimizerSettings& settings)
      : StatefulOptimizer(std::move(parameters), moments(settings), settings, settings.momentum) {}

  std::vector<Tensor> masked_state_of(const Parameter& parameter) override {
    return state_of(parameter);
  }

 private:
  static std::vector<std::string> moments(const OptimizerSettings& settings) {
    if (settings.momentum > 0) return {"momentum_buffer"};
    return {};
  }

  void update(std::size_t i, double grad_scale) override {
    Tensor& value = state_.parameter(i).value();
    SgdArgs args;
    args.weight = value.address<float>();
    args.grad = state_.parameter(i).grad().address<float>();
    args.n = value.numel();
    args.first_step = state_.next_step(i) == 1;
    if (settings_.momentum > 0) args.momentum_buffer = state_.moment(i, 0).address<float>();
    args.lr = lr_;
    args.momentum = momentum_;
    args.weight_decay = settings_.weight_decay;
    args.grad_scale = grad_scale;
    args.nesterov = settings_.nesterov;
    kernels(value.device()).optim.sgd(args);
  }
};

class Adam final : public StatefulOptimizer {
 public:
  Adam(std::vector<Parameter*> parameters, const OptimizerSettings& settings, bool decoupled)
      : StatefulOptimizer(std::move(parameters), {"exp_avg", "exp_avg_sq"}, settings,
                          settings.beta1),
        decoupled_(decoupled) {}

  std::vector<Tensor> masked_state_of(const Parameter&) override { return {}; }

 private:
  void update(std::size_t i, double grad_scale) override {
    Tensor& value = state_.parameter(i).value();
    AdamArgs args;
    args.weight = value.address<float>();
    args.grad = state_.parameter(i).grad().address<float>();
    args.exp_avg = state_.moment(i, 0).address<float>();
    args.exp_avg_sq = state_.moment(i, 1).address<float>();
    args.n = value.numel();
    args.step = state_.next_step(i);
    args.lr = lr_;
    args.beta1 = momentum_;  // a cycled beta1 enters the bias correction too, as in PyTorch
    args.beta2 = settings_.beta2;
    args.eps = settings_.eps;
    args.weight_decay = settings_.weight_decay;
    args.grad_scale = grad_scale;
    args.decoupled = decoupled_;
    kernels(value.device()).optim.adam(args);
  }

  bool decoupled_;
};

void check_settings(const OptimizerSettings& s) {
  const auto share = [](const char* key, double value) {
    LSK3D_CHECK(value >= 0 && value < 1, UsageError, "train.", key,
                ": expected a number in [0, 1), found ", value);
  };
  LSK3D_CHECK(s.lr >= 0 && s.lr < 1e9, UsageError, "train.lr: expected a number >= 0, found ",
              s.lr);
  LSK3D_CHECK(s.weight_decay >= 0 && s.weight_decay < 1e9, UsageError,
              "train.weight_decay: expected a number >= 0, found ", s.weight_decay);
  LSK3D_CHECK(s.eps > 0 && s.eps < 1e9, UsageError, "train.eps: expected a number > 0, found ",
              s.eps);
  share("momentum", s.momentum);
  share("beta1", s.beta1);
  share("beta2", s.beta2);
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(std::vector<Parameter*> parameters,
                                          const OptimizerSettings& settings) {
  check_settings(settings);
  if (settings.name == "sgd") {
    LSK3D_CHECK(!settings.nesterov || settings.momentum > 0, UsageError,
                "train.nesterov: needs train.momentum > 0, found ", settings.momentum,
                "; set nesterov: false for plain sgd");
    return std::make_unique<Sgd>(std::move(parameters), settings);
  }
  if (settings.name == "adam")
    return std::make_unique<Adam>(std::move(parameters), settings, /*decoupled=*/false);
  if (settings.name == "adamw")
    return std::make_unique<Adam>(std::move(parameters), settings, /*decoupled=*/true);
  throw UsageError(str_cat("train.optimizer: expected sgd, adam or adamw, found '", settings.name,
                           "'", did_you_mean(settings.name, {"sgd", "adam", "adamw"})));
}

}  // namespace lsk3d
