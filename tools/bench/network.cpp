// SPDX-License-Identifier: MIT
// The whole network: from points to labels, and one training step.
#include "bench/subjects.h"
#include "lsk3d/autograd/functions.h"
#include "lsk3d/autograd/tape.h"
#include "lsk3d/core/device_memory.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/optim/clip.h"
#include "lsk3d/optim/optimizer.h"
#include "lsk3d/sparsity/sds.h"

namespace lsk3d::cli {
namespace {

ModelSettings settings_of(int kernel, int channels) {
  ModelSettings settings;
  settings.kernel = KernelSize::cube(kernel);
  settings.channels = channels;
  return settings;
}

/// Masks the model as training at that sparsity would; keep the result as long as the model.
std::unique_ptr<Sds> mask_model(const BenchOptions& options, Lsk3dNet& model, int kernel) {
  if (options.sparsity <= 0) return nullptr;
  SdsSettings settings;
  settings.enabled = true;
  settings.sparsity = options.sparsity;
  settings.granularity = options.granularity;
  settings.partition = {0, kernel};
  return std::make_unique<Sds>(model.sparse_parameters(), settings, options.seed, 1);
}

std::string name_of(const std::string& subject, const BenchOptions& options) {
  if (options.sparsity <= 0) return subject;
  return str_cat(subject, " ", 100 * options.sparsity, " % ", options.granularity);
}

/// Multiply-adds of the large convs, which are nearly all of the work; twice that in FLOP.
double conv_flops(Lsk3dNet& model, const ScalePyramid& pyramid) {
  double flops = 0;
  const auto parameters = model.sparse_parameters();
  const std::size_t per_level = parameters.size() / (pyramid.levels.size() - 1);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Shape& shape = parameters[i]->value().shape();
    const PairLists pairs = pyramid.levels[i / per_level].map.pairs();
    for (std::int64_t k = 0; k < pairs.offsets(); ++k) {
      const auto& pattern = parameters[i]->pattern;
      if (pattern &&
          std::find(pattern->offsets.begin(), pattern->offsets.end(), k) == pattern->offsets.end())
        continue;
      flops += 2.0 * double(pairs.count(k)) * double(shape[3]) * double(shape[4]);
    }
  }
  return flops;
}

void bench_inference(const BenchOptions& options, const MachineCeiling& machine, Lsk3dNet& model,
                     std::vector<BenchRow>& rows) {
  const LabelledScan scan = bench_scan(options);
  model.train(false);
  model.to(options.device);
  PredictSettings settings;
  settings.precision = options.precision;
  BenchRow row;
  if (options.precision == Precision::bf16) row.precision = "bf16";
  row.name = name_of("infer", options);
  row.kernel = model.settings().kernel.x;
  row.channels = model.settings().channels;
  row.op = "scan to labels";
  row.time = measure(
      [&] {
        if (!options.scan.empty()) read_scan(options.scan);
        predict_scan(model, scan, settings);
      },
      options.runs);
  LoaderSettings loader;
  loader.voxels = model.voxels();
  loader.scales = model.settings().scales;
  loader.kernel = model.settings().kernel;
  loader.normals = model.settings().normals;
  const Batch batch = collate({prepare_sample(scan, loader, 0)}, loader);
  if (options.granularity != "block")
    row.gflops = conv_flops(model, batch.pyramid) / row.time.median_ms / 1e6;
  row.ceiling_gflops = machine.sgemm_gflops;
  rows.push_back(row);
  const PrecisionScope precision(options.precision);
  row.op = "network alone";
  // What is measured here begins on the device.
  const PointBatch points = batch.points.to(options.device);
  const ScalePyramid pyramid = batch.pyramid.to(options.device);
  row.time = measure(
      [&] {
        model.forward(points, pyramid);
        synchronize(options.device);
      },
      options.runs);
  if (options.granularity != "block")
    row.gflops = conv_flops(model, batch.pyramid) / row.time.median_ms / 1e6;
  rows.push_back(row);
}

}  // namespace

void bench_infer(const BenchOptions& options, const MachineCeiling& machine,
                 std::vector<BenchRow>& rows) {
  if (!options.checkpoint.empty()) {
    const LoadedModel loaded = load_checkpoint(options.checkpoint);
    bench_inference(options, machine, *loaded.model, rows);
    return;
  }
  for (int kernel : options.kernels)
    for (int channels : options.channels) {
      Lsk3dNet model(settings_of(kernel, channels), bench_voxels(), options.seed);
      const auto masks = mask_model(options, model, kernel);
      bench_inference(options, machine, model, rows);
    }
}

void bench_train(const BenchOptions& options, const MachineCeiling& machine,
                 std::vector<BenchRow>& rows) {
  const LabelledScan scan = bench_scan(options);
  for (int kernel : options.kernels)
    for (int channels : options.channels) {
      Lsk3dNet model(settings_of(kernel, channels), bench_voxels(), options.seed);
      const auto masks = mask_model(options, model, kernel);
      LoaderSettings loader;
      loader.voxels = model.voxels();
      loader.scales = model.settings().scales;
      loader.kernel = model.settings().kernel;
      const Batch batch = collate({prepare_sample(scan, loader, 0)}, loader);
      model.to(options.device);
      const Tensor labels = batch.classes.to(options.device);
      const Tensor weights =
          Tensor::full({model.settings().classes}, 1.0, DType::f32, options.device);
      const auto optimizer = make_optimizer(model.parameters(), OptimizerSettings{});
      optimizer->set_lr(1e-4);
      BenchRow row;
      row.name = name_of("train", options);
      row.kernel = kernel;
      row.channels = channels;
      row.op = "one step";
      row.time = measure(
          [&] {
            for (Parameter* parameter : model.parameters()) parameter->variable.clear_grad();
            Tape tape;
            const Variable logits = model.forward(batch.points, batch.pyramid);
            const Variable entropy = cross_entropy(logits, labels, weights, 0.2);
            const Variable lovasz = lovasz_softmax(logits, labels);
            lovasz.accumulate(Tensor::full(lovasz.shape(), 1.0, DType::f32, options.device));
            tape.backward(entropy);
            optimizer->step(clip_scale(gradient_norm(model.parameters()), 0.25));
            synchronize(options.device);
          },
          options.runs);
      if (options.granularity != "block")
        row.gflops = 3 * conv_flops(model, batch.pyramid) / row.time.median_ms / 1e6;
      row.ceiling_gflops = machine.sgemm_gflops;
      rows.push_back(row);
    }
}

}  // namespace lsk3d::cli
