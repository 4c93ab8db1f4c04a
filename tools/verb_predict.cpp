// SPDX-License-Identifier: MIT
#include <filesystem>

#include "cloud_options.h"
#include "lsk3d/core/check.h"
#include "predict_work.h"
#include "prediction_inputs.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

namespace fs = std::filesystem;

PredictSettings predict_settings(const PredictArguments& arguments, const SharedOptions& shared) {
  LSK3D_CHECK(arguments.outside == "nearest" || arguments.outside == "unlabeled", UsageError,
              "--outside: expected nearest or unlabeled, found '", arguments.outside, "'");
  LSK3D_CHECK(arguments.votes >= 1 && arguments.votes <= 1000, UsageError,
              "--votes: expected 1 to 1000, found ", arguments.votes);
  PredictSettings settings;
  settings.votes = arguments.votes;
  settings.precision = shared.compute_precision();
  settings.outside =
      arguments.outside == "nearest" ? OutsidePoints::nearest : OutsidePoints::unlabeled;
  settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
  return settings;
}

bool is_folder_name(const std::string& path) {
  std::error_code error;
  return path.ends_with('/') || fs::is_directory(path, error);
}

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

void check(const PredictArguments& a) {
  const auto goes_with_data = [&](bool given, const char* option) {
    LSK3D_CHECK(!given || !a.data.empty(), UsageError, option,
                " goes with --data, not with --input");
  };
  const auto goes_with_input = [&](bool given, const char* option) {
    LSK3D_CHECK(!given || a.data.empty(), UsageError, option,
                " goes with --input, not with --data");
  };
  LSK3D_CHECK(a.inputs.empty() != a.data.empty(), UsageError,
              "expected either --input SCAN --output FILE, --input DIR --output DIR, or --data DIR "
              "--out DIR");
  goes_with_data(!a.submission.empty(), "--submission");
  goes_with_data(a.resume, "--resume");
  goes_with_data(a.incomplete_submission, "--incomplete-submission");
  goes_with_data(!a.sequences.empty(), "--sequences");
  goes_with_data(!a.out.empty(), "--out");
  goes_with_input(!a.output.empty(), "--output");
  goes_with_input(!a.logits.empty(), "--save-logits");
  goes_with_input(!a.format.empty(), "--format");
  goes_with_input(a.recursive, "--recursive");
  goes_with_input(a.overwrite, "--overwrite");
  LSK3D_CHECK(!a.resume || !a.out.empty(), UsageError,
              "--resume goes with --out, the folder of the predictions to keep");
  if (!a.data.empty())
    LSK3D_CHECK(!a.out.empty() || !a.submission.empty(), UsageError,
                "--out: expected the folder to write predictions to");
  else
    LSK3D_CHECK(!a.output.empty(), UsageError,
                "--output: expected the file, or for several scans the folder, to write the "
                "prediction of --input ",
                a.inputs.front(), " to");
}

void run(const PredictArguments& arguments, const CloudOptions& cloud,
         const SharedOptions& shared) {
  shared.apply(/*takes_bf16=*/true);
  check(arguments);
  PredictSettings settings = predict_settings(arguments, shared);
  const bool one = arguments.data.empty() && is_single_file(arguments.inputs) &&
                   !is_folder_name(arguments.output);
  if (one)
    LSK3D_CHECK(is_there(arguments.inputs.front()), DataError, "--input ", arguments.inputs.front(),
                ": no such file or folder; check the path");
  if (one) prediction_format_of(arguments.output, "--output");  // before the model is read
  LoadedModel loaded = load_checkpoint(arguments.checkpoint);
  loaded.model->to(shared.compute_device());
  settings.trained_on = loaded.info.input;
  const Config& config = loaded.info.config;
  const PredictWork work{loaded, label_map_of(loaded.info, arguments.label_map), settings,
                         cloud.format(config.data.format, config.model.sensor), shared.quiet};
  if (!arguments.data.empty()) predict_dataset(arguments, work);
  else if (one) predict_file(arguments, work);
  else predict_files(arguments, work);
}

}  // namespace

void add_predict(CLI::App& app) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App* verb = app.add_subcommand(
      "predict",
      "Labels every point of a scan, of a folder of scans or of a whole split; label files are not "
      "needed.\n\n"
      "Examples:\n"
      "  lsk3d predict --checkpoint runs/a/best.safetensors --input 000000.bin --output "
      "000000.label\n"
      "  lsk3d predict --checkpoint runs/a/best.safetensors --input clouds --output coloured "
      "--format ply\n"
      "  lsk3d predict --checkpoint runs/a/best.safetensors --data /data/kitti --split test "
      "--out predictions --submission upload.zip\n");
  verb->add_option("--checkpoint", arguments->checkpoint, "model file")->required();
  verb->add_option("--label-map", arguments->label_map,
                   "built-in name or YAML file; by default the model's own");
  verb->add_option("--votes", arguments->votes, "augmented copies whose logits are summed; 1: none")
      ->capture_default_str();
  verb->add_option("--outside", arguments->outside,
                   "points outside the volume: nearest (labelled voxel's class) or unlabeled")
      ->capture_default_str();
  const std::string files = "Files", dataset = "Data set";
  verb->add_option(
          "--input", arguments->inputs,
          "scans (.bin, .npy, .ply, .pcd), a folder of them or a pattern such as 'a/*.pcd'")
      ->group(files);
  verb->add_option(
          "--output", arguments->output,
          "for one scan the file to write: .label (uint32 original ids), .npy (the same as "
          "int32), .ply or .pcd (coloured cloud with the ids); else a folder")
      ->group(files);
  verb->add_option("--format", arguments->format,
                   "of the files in a folder: label (default), npy, ply or pcd")
      ->group(files);
  verb->add_flag("--recursive", arguments->recursive, "also scans in folders inside the folder")
      ->group(files);
  verb->add_flag("--overwrite", arguments->overwrite,
                 "labels scans again whose prediction is in the folder already")
      ->group(files);
  verb->add_option("--save-logits", arguments->logits, "float32 .npy [points, classes] of one scan")
      ->group(files);
  verb->add_option("--data", arguments->data, "folder that holds sequences/")->group(dataset);
  verb->add_option("--split", arguments->split,
                   "train, valid or test, as in the model's configuration")
      ->capture_default_str()
      ->group(dataset);
  verb->add_option("--sequences", arguments->sequences,
                   "folders of sequences, as in 03,11:21, whatever the configuration says")
      ->group(dataset);
  verb->add_option("--out", arguments->out, "folder for sequences/NN/predictions/NNNNNN.label")
      ->group(dataset);
  verb->add_flag("--resume", arguments->resume, "keeps the predictions that are in --out already")
      ->group(dataset);
  verb->add_option("--submission", arguments->submission,
                   "also packs the predictions into a .zip for the SemanticKITTI benchmark, which "
                   "must hold all of sequences 11 to 21")
      ->group(dataset);
  verb->add_flag("--incomplete-submission", arguments->incomplete_submission,
                 "packs it even where sequences or scans are missing")
      ->group(dataset);
  auto cloud = add_cloud_options(*verb);
  auto shared = add_shared_options(*verb);
  verb->callback([arguments, cloud, shared] { run(*arguments, *cloud, *shared); });
}

}  // namespace lsk3d::cli
