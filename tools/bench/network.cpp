// SPDX-License-Identifier: MIT
// The whole network: from points to labels, and one training step.
#include <cmath>
#include <memory>

#include "bench/subjects.h"
#include "lsk3d/autograd/functions.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/device_memory.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/models/recorded_forward.h"
#include "lsk3d/optim/clip.h"
#include "lsk3d/optim/optimizer.h"

namespace lsk3d::cli {
namespace {

ModelSettings settings_of(int kernel, int channels) {
  ModelSettings settings;
  settings.kernel = KernelSize::cube(kernel);
  settings.channels = channels;
  return settings;
}

LoaderSettings loader_of(Lsk3dNet& model) {
  LoaderSettings loader = loader_settings(model);
  loader.topology = true;
  return loader;
}

/// One of the networks that are timed in turn.
struct Candidate {
  std::string name;
  std::unique_ptr<Lsk3dNet> model;
  std::unique_ptr<Sds> masks;  // null: dense
};

Candidate dense_network(const BenchOptions& options, int kernel, int channels) {
  return {"dense",
          std::make_unique<Lsk3dNet>(settings_of(kernel, channels), bench_voxels(), options.seed),
          nullptr};
}

Candidate pruned_network(const BenchOptions& options, const BenchPruning& pruning, int kernel,
                         int channels) {
  Candidate candidate = dense_network(options, kernel, channels);
  candidate.name = pruning.name(options.sparsity);
  OffsetPairCounts pairs;
  if (pruning.cost_exponent > 0) {
    const LoaderSettings loader = loader_of(*candidate.model);
    const Batch batch = collate({prepare_sample(bench_scan(options), loader, 0)}, loader);
    pairs = candidate.model->offset_pairs(batch.pyramid);
  }
  candidate.masks = bench_masks(options, pruning, candidate.model->sparse_parameters(), pairs);
  return candidate;
}

/// The network of random weights, the same pruned in each way asked for, and the dense one of the
/// width it would have without channel selection. The dense one of most work comes first.
std::vector<Candidate> random_networks(const BenchOptions& options, int kernel, int channels) {
  std::vector<Candidate> candidates;
  if (options.width_factor > 1) {
    const int wide = 2 * static_cast<int>(std::lround(channels * options.width_factor / 2));
    candidates.push_back(dense_network(options, kernel, wide));
  }
  candidates.push_back(dense_network(options, kernel, channels));
  for (const BenchPruning& pruning : bench_prunings(options))
    candidates.push_back(pruned_network(options, pruning, kernel, channels));
  return candidates;
}

/// Multiply-adds of the large convs, which are nearly all of the work; twice that in FLOP.
double conv_flops(Lsk3dNet& model, const ScalePyramid& pyramid) {
  double flops = 0;
  const auto parameters = model.sparse_parameters();
  const std::size_t per_level = parameters.size() / (pyramid.levels.size() - 1);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Shape& shape = parameters[i]->value().shape();
    const bool depthwise = shape.size() == 4;
    flops += pattern_flops(pyramid.levels[i / per_level].map.pairs(),
                           depthwise ? 1 : static_cast<int>(shape[3]),
                           static_cast<int>(shape.back()), parameters[i]->pattern.get());
  }
  return flops;
}

/// Rows of the candidates' times, and the speed-up of each over the first.
void add_rows(const std::vector<Candidate>& candidates, const std::vector<Batch>& batches,
              const std::vector<Measurement>& times, BenchRow row, double passes,
              std::vector<BenchRow>& rows) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Lsk3dNet& model = *candidates[i].model;
    row.name = candidates[i].name;
    row.kernel = model.settings().kernel.x;
    row.channels = model.settings().channels;
    row.time = times[i];
    row.gflops = passes * conv_flops(model, batches[i].pyramid) / row.time.median_ms / 1e6;
    row.speedup = i > 0 ? times[0].median_ms / times[i].median_ms : 0;
    rows.push_back(row);
  }
}

void bench_inference(const BenchOptions& options, const MachineCeiling& machine,
                     const std::vector<Candidate>& candidates, std::vector<BenchRow>& rows) {
  const LabelledScan scan = bench_scan(options);
  PredictSettings settings;
  settings.precision = options.precision;
  std::vector<Batch> batches;
  std::vector<std::function<void()>> whole, network, recorded;
  std::vector<std::unique_ptr<RecordedForward>> passes;
  for (const Candidate& candidate : candidates) {
    Lsk3dNet& model = *candidate.model;
    model.train(false);
    model.to(options.device);
    const LoaderSettings loader = loader_of(model);
    Batch& batch = batches.emplace_back(collate({prepare_sample(scan, loader, 0)}, loader));
    batch.points = batch.points.to(options.device);  // what the network alone begins with
    batch.pyramid = batch.pyramid.to(options.device);
    whole.push_back([&] {
      if (!options.scan.empty()) read_scan(options.scan);
      predict_scan(model, scan, settings);
    });
    network.push_back([&, i = batches.size() - 1] {
      const PrecisionScope precision(options.precision);
      model.forward(batches[i].points, batches[i].pyramid);
      synchronize(options.device);
    });
    passes.push_back(std::make_unique<RecordedForward>(model));
    recorded.push_back([&, i = batches.size() - 1] {
      const PrecisionScope precision(options.precision);
      (*passes[i])(batches[i].points, batches[i].pyramid);
      synchronize(options.device);
    });
  }
  BenchRow row;
  if (options.precision == Precision::bf16) row.precision = "bf16";
  row.ceiling_gflops = machine.sgemm_gflops;
  row.op = "scan to labels";
  add_rows(candidates, batches, measure_in_turn(whole, options.runs), row, 1, rows);
  row.op = "network alone";
  add_rows(candidates, batches, measure_in_turn(network, options.runs), row, 1, rows);
  if (options.device.is_cpu()) return;
  row.op = "network recorded";
  add_rows(candidates, batches, measure_in_turn(recorded, options.runs), row, 1, rows);
}

void training_step(Lsk3dNet& model, const Batch& batch, Optimizer& optimizer,
                   const Tensor& class_weights) {
  for (Parameter* parameter : model.parameters()) parameter->variable.clear_grad();
  Tape tape;
  const Variable logits = model.forward(batch.points, batch.pyramid);
  const Device device = model.device();
  const Tensor labels = batch.classes.to(device);
  const Variable entropy = cross_entropy(logits, labels, class_weights, 0.2);
  const Variable lovasz = lovasz_softmax(logits, labels);
  lovasz.accumulate(Tensor::full(lovasz.shape(), 1.0, DType::f32, device));
  tape.backward(entropy);
  optimizer.step(clip_scale(gradient_norm(model.parameters()), 0.25));
  synchronize(device);
}

}  // namespace

void bench_infer(const BenchOptions& options, const MachineCeiling& machine,
                 std::vector<BenchRow>& rows) {
  if (!options.checkpoints.empty()) {
    std::vector<Candidate> candidates;
    for (const std::string& path : options.checkpoints)
      candidates.push_back({path, load_checkpoint(path).model, nullptr});
    bench_inference(options, machine, candidates, rows);
    return;
  }
  for (int kernel : options.kernels)
    for (int channels : options.channels)
      bench_inference(options, machine, random_networks(options, kernel, channels), rows);
}

void bench_train(const BenchOptions& options, const MachineCeiling& machine,
                 std::vector<BenchRow>& rows) {
  const LabelledScan scan = bench_scan(options);
  for (int kernel : options.kernels)
    for (int channels : options.channels) {
      const std::vector<Candidate> candidates = random_networks(options, kernel, channels);
      std::vector<Batch> batches;
      std::vector<std::unique_ptr<Optimizer>> optimizers;
      std::vector<std::function<void()>> works;
      const Tensor class_weights =
          Tensor::full({candidates[0].model->settings().classes}, 1.0, DType::f32, options.device);
      for (const Candidate& candidate : candidates) {
        Lsk3dNet& model = *candidate.model;
        model.to(options.device);
        const LoaderSettings loader = loader_of(model);
        batches.push_back(collate({prepare_sample(scan, loader, 0)}, loader));
        optimizers.push_back(make_optimizer(model.parameters(), OptimizerSettings{}));
        optimizers.back()->set_lr(1e-4);
        works.push_back([&, i = batches.size() - 1] {
          training_step(model, batches[i], *optimizers[i], class_weights);
        });
      }
      BenchRow row;
      row.op = "training step";
      row.ceiling_gflops = machine.sgemm_gflops;
      add_rows(candidates, batches, measure_in_turn(works, options.runs), row, 3, rows);
    }
}

}  // namespace lsk3d::cli
