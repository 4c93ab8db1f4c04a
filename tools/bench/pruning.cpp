// SPDX-License-Identifier: MIT
// What is pruned in a benchmark: chosen by SDS itself, as in a training.
#include "bench/subjects.h"
#include "lsk3d/core/check.h"
#include "lsk3d/nn/init.h"
#include "lsk3d/optim/optimizer.h"

namespace lsk3d::cli {
namespace {

constexpr int kUpdates = 12;  // as many as the masks of a short training see

SdsSettings settings_of(const BenchOptions& options, const BenchPruning& pruning, int kernel) {
  SdsSettings settings;
  settings.enabled = true;
  settings.sparsity = options.sparsity;
  settings.granularity = pruning.granularity;
  settings.partition = {0, kernel};
  if (pruning.cost_exponent == 0) return settings;
  settings.cost_exponent = pruning.cost_exponent;
  settings.update_every = 1;
  if (kernel >= 3) settings.partition = {0, kernel / 3, kernel - kernel / 3, kernel};
  return settings;
}

}  // namespace

std::string BenchPruning::name(double sparsity) const {
  std::string name = str_cat(100 * sparsity, " % ", granularity);
  if (cost_exponent > 0) name += " per pair";
  if (cost_exponent > 0 && cost_exponent != 1) name += str_cat("^", cost_exponent);
  return name;
}

std::vector<BenchPruning> bench_prunings(const BenchOptions& options) {
  std::vector<BenchPruning> prunings;
  if (options.sparsity == 0) return prunings;
  for (const std::string& granularity : options.granularities) {
    if (granularity == "offset" || granularity == "block")
      for (double exponent : options.cost_exponents) prunings.push_back({granularity, exponent});
    else prunings.push_back({granularity, 0});
  }
  return prunings;
}

std::unique_ptr<Sds> bench_masks(const BenchOptions& options, const BenchPruning& pruning,
                                 const std::vector<Parameter*>& parameters,
                                 const OffsetPairCounts& pairs) {
  const auto kernel = static_cast<int>(parameters.front()->value().dim(0));
  auto sds = std::make_unique<Sds>(parameters, settings_of(options, pruning, kernel), options.seed,
                                   kUpdates);
  if (pruning.cost_exponent == 0) return sds;  // nothing but chance would choose: as drawn
  OptimizerSettings plain;
  plain.name = "sgd";
  plain.momentum = 0;
  plain.nesterov = false;
  const auto optimizer = make_optimizer(parameters, plain);
  for (int step = 1; step <= kUpdates; ++step) {
    // Weights that are random anew stand for those a training would have learnt since.
    for (Parameter* parameter : parameters)
      fill_uniform(*parameter, 1, options.seed + static_cast<std::uint64_t>(step));
    sds->after_step(step, 0, *optimizer, nullptr, pairs);
  }
  return sds;
}

}  // namespace lsk3d::cli
