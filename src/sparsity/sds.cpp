// SPDX-License-Identifier: MIT
#include "lsk3d/sparsity/sds.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "erk.h"
#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/core/near_name.h"
#include "lsk3d/core/parallel.h"
#include "lsk3d/core/rng.h"
#include "sparse_layer.h"

namespace lsk3d {
namespace {

constexpr double kPi = 3.14159265358979323846;

void check_choice(const char* key, const std::string& value,
                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  std::string names;
  for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
  throw UsageError(str_cat("sds.", key, ": expected one of ", names, ", found '", value, "'",
                           did_you_mean(value, known)));
}

void check_settings(const SdsSettings& s) {
  LSK3D_CHECK(s.sparsity >= 0 && s.sparsity < 1, UsageError,
              "sds.sparsity: expected a number in [0, 1), found ", s.sparsity);
  LSK3D_CHECK(s.prune_rate >= 0 && s.prune_rate <= 1, UsageError,
              "sds.prune_rate: expected a number in [0, 1], found ", s.prune_rate);
  LSK3D_CHECK(s.final_prune_rate >= 0 && s.final_prune_rate <= 1, UsageError,
              "sds.final_prune_rate: expected a number in [0, 1], found ", s.final_prune_rate);
  LSK3D_CHECK(s.update_every >= 1, UsageError,
              "sds.update_every: expected a number of steps >= 1, found ", s.update_every);
  LSK3D_CHECK(s.stop_epoch >= -1, UsageError,
              "sds.stop_epoch: expected an epoch >= 0, or -1 for never, found ", s.stop_epoch);
  LSK3D_CHECK(s.cost_exponent >= 0 && s.cost_exponent <= 2, UsageError,
              "sds.cost_exponent: expected a number in [0, 2], found ", s.cost_exponent);
  check_choice("granularity", s.granularity, {"element", "offset", "block", "2:4"});
  check_choice("growth", s.growth, {"random", "gradient", "momentum"});
  check_choice("distribution", s.distribution, {"erk", "uniform"});
}

/// What the regrown weights of one layer are chosen by, on the host; undefined for random growth.
Tensor growth_source(const SdsSettings& settings, const Parameter& p, Optimizer& optimizer) {
  if (settings.growth == "random") return {};
  if (settings.growth == "gradient") {
    LSK3D_ASSERT(p.grad().defined(), p.name, " has no gradient to regrow by");
    return p.grad().to(Device::cpu());
  }
  const std::vector<Tensor> state = optimizer.state_of(p);
  LSK3D_CHECK(!state.empty(), UsageError,
              "sds.growth: momentum expects an optimizer that has one, found train.momentum 0; "
              "choose random or gradient");
  return state[0].to(Device::cpu());
}

/// Whether offset `k` of a kernel [z, y, x, …] is the centre or touches it.
bool is_near_centre(const Shape& kernel, std::int64_t k) {
  const std::int64_t x = k % kernel[2], y = k / kernel[2] % kernel[1], z = k / kernel[2] / kernel[1];
  return std::abs(z - kernel[0] / 2) <= 1 && std::abs(y - kernel[1] / 2) <= 1 &&
         std::abs(x - kernel[2] / 2) <= 1;
}

/// What scores of each layer's offsets are divided by: pairs^exponent, near the centre 1; empty where
/// exponent is 0. The centre would go first, since it meets every voxel, and the score with it.
std::vector<std::vector<float>> offset_costs(const OffsetPairCounts& pairs, double exponent,
                                             const std::vector<std::unique_ptr<SparseLayer>>& layers) {
  std::vector<std::vector<float>> costs(layers.size());
  if (exponent == 0) return costs;
  LSK3D_CHECK(pairs.size() == layers.size(), UsageError,
              "SDS: with sds.cost_exponent an update expects the pairs of ", layers.size(),
              " sparse layers, found those of ", pairs.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LSK3D_CHECK(static_cast<std::int64_t>(pairs[l].size()) == layers[l]->offsets(), UsageError,
                "SDS: '", layers[l]->parameter().name, "' has ", layers[l]->offsets(),
                " offsets, but pairs of ", pairs[l].size(), " were counted");
    const Shape& kernel = layers[l]->parameter().value().shape();
    for (std::int64_t k = 0; k < layers[l]->offsets(); ++k) {
      const auto count = static_cast<double>(pairs[l][static_cast<std::size_t>(k)]);
      const bool free = count < 1 || is_near_centre(kernel, k);
      costs[l].push_back(free ? 1.0F : static_cast<float>(std::pow(count, exponent)));
    }
  }
  return costs;
}

/// A tensor in host memory (itself where it is there) that is written back where it came from.
class OnHost {
 public:
  explicit OnHost(Tensor source) : source_(std::move(source)), host_(source_.to(Device::cpu())) {}
  Tensor& host() { return host_; }
  void write_back() {
    if (!source_.device().is_cpu()) source_.copy_from(host_);
  }

 private:
  Tensor source_, host_;
};

}  // namespace

Sds::Sds(std::vector<Parameter*> sparse_parameters, const SdsSettings& settings, std::uint64_t seed,
         std::int64_t total_steps, FirstMasks first)
    : settings_(settings), seed_(seed), total_steps_(std::max<std::int64_t>(total_steps, 1)) {
  check_settings(settings_);
  std::vector<Shape> shapes;
  for (Parameter* parameter : sparse_parameters) {
    layers_.push_back(std::make_unique<SparseLayer>(*parameter, settings_));
    for (std::size_t g = 0; g < layers_.back()->groups().size(); ++g)
      shapes.push_back(layers_.back()->group_shape(g));
  }
  warn_of_idle_settings();
  if (first == FirstMasks::of_zeros) {
    keep_zeros();
    set_patterns(0);
    return;
  }
  std::vector<double> densities(shapes.size(), 1 - settings_.sparsity);
  if (settings_.distribution == "erk") densities = erk_densities(shapes, settings_.sparsity);
  auto next = densities.begin();
  for (auto& layer : layers_) {
    const auto end = next + static_cast<std::ptrdiff_t>(layer->groups().size());
    layer->draw({next, end}, seed_);
    layer->apply_mask(layer->parameter().value());
    next = end;
  }
  set_patterns(0);
}

Sds::~Sds() = default;

void Sds::warn_of_idle_settings() const {
  if (settings_.granularity == "2:4" && settings_.sparsity != 0.5)
    log_warning(str_cat("sds.sparsity: 2:4 keeps two weights of four, so the sparsity is 0.5, not ",
                        settings_.sparsity, "; set sds.sparsity=0.5"));
  const bool updates = settings_.stop_epoch != 0 && settings_.sparsity > 0;
  const bool any_choice = std::any_of(layers_.begin(), layers_.end(), [](const auto& layer) {
    return layer->most_units() > 1;
  });
  if (updates && !any_choice && !layers_.empty())
    log_warning(str_cat("sds.partition: every spatial group is one unit of sds.granularity ",
                        settings_.granularity,
                        ", so that none can be pruned for another; the masks stay as they are "
                        "drawn; set fewer cuts, as in sds.partition=[0, ",
                        settings_.partition.back(), "]"));
}

void Sds::keep_zeros() {
  std::int64_t zeros = 0, pruned = 0;
  for (auto& layer : layers_) {
    zeros += layer->keep_zeros();
    pruned += layer->weights() - layer->nonzeros();
  }
  LSK3D_CHECK(2 * pruned >= zeros, UsageError, "sds.granularity: expected that of the weights that "
              "training starts from, of which ", zeros, " are zero, found '", settings_.granularity,
              "', in whose units only ", pruned, " of these are; choose the model's granularity");
}

bool Sds::after_step(std::int64_t step, int epoch, Optimizer& optimizer, SdsUpdate* update,
                     const OffsetPairCounts& pairs) {
  const bool due = is_update(step, epoch);
  if (due) {
    SdsUpdate done;
    update_masks(step, optimizer, pairs, done);
    if (update) *update = done;
  } else {
    for (auto& layer : layers_) {
      layer->apply_mask(layer->parameter().value());
      for (Tensor& state : optimizer.masked_state_of(layer->parameter())) layer->apply_mask(state);
    }
  }
  set_patterns(step);
  return due;
}

void Sds::update_masks(std::int64_t step, Optimizer& optimizer, const OffsetPairCounts& pairs,
                       SdsUpdate& update) {
  const auto costs = offset_costs(pairs, settings_.cost_exponent, layers_);
  struct Job {
    std::size_t layer, group;
  };
  std::vector<Job> jobs;
  std::vector<Tensor> grow_by;
  std::vector<OnHost> weights,
      states;  // off a GPU for the time of an update, one in thousands of steps
  std::vector<std::vector<Tensor>> masked;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Parameter& parameter = layers_[l]->parameter();
    grow_by.push_back(growth_source(settings_, parameter, optimizer));
    weights.emplace_back(parameter.value());
    masked.emplace_back();
    for (Tensor& state : optimizer.masked_state_of(parameter))
      masked.back().push_back(states.emplace_back(state).host());
    for (std::size_t g = 0; g < layers_[l]->groups().size(); ++g) jobs.push_back({l, g});
  }
  update.prune_rate = prune_rate(step);
  std::vector<SparseLayer::Change> changes(jobs.size());
  parallel_for(static_cast<std::int64_t>(jobs.size()), 1, [&](std::int64_t i, std::int64_t) {
    const auto [l, g] = jobs[static_cast<std::size_t>(i)];
    SparseLayer& layer = *layers_[l];
    const std::uint64_t stream = mix_stream(layer.stream(), static_cast<std::uint64_t>(step), g);
    const float* by = grow_by[l].defined() ? std::as_const(grow_by[l]).data<float>() : nullptr;
    changes[static_cast<std::size_t>(i)] =
        layer.update(g, update.prune_rate, costs[l], {by, Rng(seed_, stream)}, weights[l].host(),
                     masked[l]);
  });
  for (auto* tensors : {&weights, &states})
    for (OnHost& tensor : *tensors) tensor.write_back();
  for (const auto& change : changes) {
    update.pruned += change.pruned;
    update.grown += change.grown;
  }
  for (auto& layer : layers_) layer->refresh();
  update.sparsity = sparsity();
}

void Sds::set_patterns(std::int64_t steps_done) {
  // A function of the step alone, not of the epoch: a resumed run must skip the same weights.
  const bool grows_by_value = settings_.growth != "random";
  const bool update_next = (steps_done + 1) % settings_.update_every == 0;
  for (auto& layer : layers_)
    layer->parameter().pattern = grows_by_value && update_next ? nullptr : layer->pattern();
}

double Sds::prune_rate(std::int64_t step) const {
  const double share = static_cast<double>(std::clamp<std::int64_t>(step, 0, total_steps_)) /
                       static_cast<double>(total_steps_);
  return settings_.final_prune_rate +
         (settings_.prune_rate - settings_.final_prune_rate) / 2 * (1 + std::cos(kPi * share));
}

std::vector<std::pair<std::string, Tensor>> Sds::masks() const {
  std::vector<std::pair<std::string, Tensor>> all;
  for (const auto& layer : layers_)
    all.emplace_back(layer->parameter().name, layer->mask().clone());
  return all;
}

void Sds::load_masks(const std::vector<std::pair<std::string, Tensor>>& masks,
                     std::int64_t steps_done) {
  for (auto& layer : layers_) {
    const std::string& name = layer->parameter().name;
    const auto it = std::find_if(masks.begin(), masks.end(),
                                 [&](const auto& entry) { return entry.first == name; });
    LSK3D_CHECK(it != masks.end(), DataError, "masks: no mask for '", name,
                "'; they were saved by another model, or by a run without SDS");
    layer->load(it->second);
    layer->apply_mask(layer->parameter().value());
  }
  set_patterns(steps_done);
}

void Sds::follow_cut(const std::function<Tensor(const Parameter&, const Tensor& mask)>& cut,
                     Optimizer& optimizer, std::int64_t steps_done) {
  for (auto& layer : layers_) {
    Parameter& parameter = layer->parameter();
    if (layer->mask().shape() == parameter.value().shape()) continue;
    std::vector<double> densities;
    for (std::size_t g = 0; g < layer->groups().size(); ++g) densities.push_back(layer->unit_density(g));
    auto narrow = std::make_unique<SparseLayer>(parameter, settings_);
    narrow->refit(cut(parameter, layer->mask()), densities, seed_, steps_done);
    narrow->apply_mask(parameter.value());
    for (Tensor& state : optimizer.masked_state_of(parameter)) narrow->apply_mask(state);
    layer = std::move(narrow);
  }
  set_patterns(steps_done);
}

std::vector<double> Sds::group_densities(const std::string& parameter) const {
  for (const auto& layer : layers_) {
    if (layer->parameter().name != parameter) continue;
    std::vector<double> densities;
    for (std::size_t g = 0; g < layer->groups().size(); ++g) densities.push_back(layer->density(g));
    return densities;
  }
  throw UsageError(str_cat("'", parameter, "' is not a sparse layer"));
}

double Sds::sparsity() const {
  std::int64_t zeros = 0, all = 0;
  for (const auto& layer : layers_) {
    zeros += layer->weights() - layer->nonzeros();
    all += layer->weights();
  }
  return all > 0 ? static_cast<double>(zeros) / static_cast<double>(all) : 0;
}

}  // namespace lsk3d
