// SPDX-License-Identifier: MIT
#include <filesystem>
#include <iostream>

#include "lsk3d/core/check.h"
#include "lsk3d/core/log.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/predictor.h"
#include "lsk3d/io/npy.h"
#include "lsk3d/io/zip.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "splits.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

namespace fs = std::filesystem;

struct PredictArguments {
  std::string checkpoint, input, output, data, split = "test", out, logits, submission;
  std::string sequences, label_map;
  std::string outside = "nearest";
  int votes = 1;
};

PredictSettings predict_settings(const PredictArguments& arguments, const SharedOptions& shared) {
  LSK3D_CHECK(arguments.outside == "nearest" || arguments.outside == "unlabeled", UsageError,
              "--outside: expected nearest or unlabeled, found '", arguments.outside, "'");
  PredictSettings settings;
  settings.votes = arguments.votes;
  settings.precision = shared.compute_precision();
  settings.outside =
      arguments.outside == "nearest" ? OutsidePoints::nearest : OutsidePoints::unlabeled;
  settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
  return settings;
}

void make_parent(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) fs::create_directories(parent, error);
  LSK3D_CHECK(!error, DataError, parent.string(), ": cannot make this folder: ", error.message());
}

void predict_file(const PredictArguments& arguments, LoadedModel& loaded, const LabelMap& labels,
                  const PredictSettings& settings) {
  LSK3D_CHECK(!arguments.output.empty(), UsageError,
              "--output: expected the label file to write for --input ", arguments.input);
  LSK3D_CHECK(arguments.submission.empty(), UsageError, "--submission goes with --data, not with --input");
  LabelledScan scan;
  scan.scan = read_scan(arguments.input, loaded.info.config.data.format);
  const ScanPrediction prediction = predict_scan(*loaded.model, scan, settings);
  make_parent(arguments.output);
  write_labels(arguments.output, labels.raw_of(prediction.classes));
  if (!arguments.logits.empty()) {
    make_parent(arguments.logits);
    write_npy(arguments.logits, prediction.logits);
  }
}

void predict_split(const PredictArguments& arguments, LoadedModel& loaded, const LabelMap& labels,
                   const PredictSettings& settings, bool quiet) {
  LSK3D_CHECK(!arguments.out.empty() || !arguments.submission.empty(), UsageError,
              "--out: expected the folder to write predictions to");
  LSK3D_CHECK(arguments.logits.empty(), UsageError, "--save-logits goes with --input, not with --data");
  const SemanticKittiDataset dataset(
      arguments.data,
      chosen_sequences(arguments.sequences, loaded.info.config.data, arguments.split), labels,
      dataset_options(loaded.info.config, /*need_labels=*/false));
  require_sequences(arguments.sequences, dataset);
  ProgressBar bar("predict", "scan", static_cast<std::int64_t>(dataset.size()), quiet);
  std::unique_ptr<ZipWriter> submission;
  if (!arguments.submission.empty()) {
    make_parent(arguments.submission);
    submission = std::make_unique<ZipWriter>(arguments.submission);
  }
  std::int64_t done = 0;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const auto& entry = dataset.entries()[i];
    const ScanPrediction prediction = predict_scan(*loaded.model, dataset.read(i), settings);
    const Tensor raw = labels.raw_of(prediction.classes);
    const std::string name =
        str_cat("sequences/", entry.sequence, "/predictions/", entry.name, ".label");
    if (!arguments.out.empty()) {
      const std::string path = arguments.out + "/" + name;
      make_parent(path);
      write_labels(path, raw);
    }
    if (submission)
      submission->add(name, {static_cast<const std::byte*>(raw.raw()), raw.bytes()});
    bar.update(++done);
  }
  if (submission) submission->finish();
}

void run(const PredictArguments& arguments, const SharedOptions& shared) {
  shared.apply(/*takes_bf16=*/true);
  LSK3D_CHECK(arguments.input.empty() != arguments.data.empty(), UsageError,
              "expected either --input SCAN --output LABEL or --data DIR --out DIR");
  LoadedModel loaded = load_checkpoint(arguments.checkpoint);
  loaded.model->to(shared.compute_device());
  const LabelMap labels = label_map_of(loaded.info, arguments.label_map);
  PredictSettings settings = predict_settings(arguments, shared);
  settings.trained_on = loaded.info.input;
  if (!arguments.input.empty()) predict_file(arguments, loaded, labels, settings);
  else predict_split(arguments, loaded, labels, settings, shared.quiet);
}

}  // namespace

void add_predict(CLI::App& app) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App* verb = app.add_subcommand(
      "predict",
      "Labels every point of a scan or of a whole split; label files are not needed.\n\n"
      "Examples:\n"
      "  lsk3d predict --checkpoint runs/a/best.safetensors --input 000000.bin --output 000000.label\n"
      "  lsk3d predict --checkpoint runs/a/best.safetensors --data /data/kitti --split test "
      "--out predictions --submission upload.zip\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--checkpoint", arguments->checkpoint, "model file")->required();
  verb->add_option("--input", arguments->input, "one scan: .bin, .npy, .ply or .pcd");
  verb->add_option("--output", arguments->output, "label file to write, uint32 original ids");
  verb->add_option("--data", arguments->data, "folder that holds sequences/");
  verb->add_option("--split", arguments->split, "train, valid or test")->capture_default_str();
  verb->add_option("--sequences", arguments->sequences,
                   "folders of sequences, as in 03,11:21, whatever the configuration says");
  verb->add_option("--label-map", arguments->label_map,
                   "built-in name or YAML file; by default the model's own");
  verb->add_option("--out", arguments->out, "folder for sequences/NN/predictions/NNNNNN.label");
  verb->add_option("--votes", arguments->votes, "augmented copies whose logits are summed; 1: none")
      ->capture_default_str();
  verb->add_option("--outside", arguments->outside,
                   "points outside the volume: nearest (labelled voxel's class) or unlabeled")
      ->capture_default_str();
  verb->add_option("--save-logits", arguments->logits, "float32 .npy [points, classes]");
  verb->add_option("--submission", arguments->submission, "also packs the predictions into a zip");
  verb->callback([arguments, shared] { run(*arguments, *shared); });
}

}  // namespace lsk3d::cli
