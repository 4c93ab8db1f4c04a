// SPDX-License-Identifier: MIT
#include <iostream>
#include <optional>

#include "cloud_options.h"
#include "lsk3d/core/check.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/io/file.h"
#include "lsk3d/io/png.h"
#include "lsk3d/metrics/confusion_picture.h"
#include "output_files.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "splits.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct EvalArguments {
  std::string checkpoint, predictions, data, sequences, label_map, split = "valid";
  std::string protocol = "api", report, confusion;
  int votes = 1;
  bool by_distance = false;
};

EvalResult with_model(const EvalArguments& arguments, const SharedOptions& shared,
                      LoadedModel& loaded, const SemanticKittiDataset& dataset) {
  PredictSettings settings;
  settings.votes = arguments.votes;
  settings.precision = shared.compute_precision();
  settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
  settings.trained_on = loaded.info.input;
  ProgressBar bar("eval", "scan", static_cast<std::int64_t>(dataset.size()), shared.quiet);
  return evaluate(
      *loaded.model, dataset, settings, arguments.protocol,
      [&](std::int64_t done, std::int64_t) { bar.update(done); }, nullptr, arguments.by_distance);
}

EvalResult of_files(const EvalArguments& arguments, const SharedOptions& shared,
                    const SemanticKittiDataset& dataset) {
  ProgressBar bar("eval", "scan", static_cast<std::int64_t>(dataset.size()), shared.quiet);
  return evaluate_predictions(dataset, arguments.predictions, arguments.protocol,
                              arguments.by_distance,
                              [&](std::int64_t done, std::int64_t) { bar.update(done); });
}

void report(const EvalArguments& arguments, const EvalResult& result,
            const SemanticKittiDataset& dataset) {
  LSK3D_CHECK(result.scans > 0 || result.left_out == 0, DataError, arguments.data, ": none of the ",
              result.left_out, " scans of split ", arguments.split,
              " can be used; the warnings say why (data.skip_bad: false ends with the first)");
  const std::vector<std::string>& names = dataset.labels().class_names;
  std::cout << format_table(result, names, arguments.split);
  if (!arguments.report.empty())
    write_text_file_atomic(arguments.report, to_json(result, names, arguments.split));
  if (!arguments.confusion.empty()) {
    const Image picture = draw_confusion(result.matrix, names);
    write_png(arguments.confusion, picture.width, picture.height, picture.rgb);
  }
}

void run(const EvalArguments& arguments, const CloudOptions& cloud, const SharedOptions& shared) {
  shared.apply(/*takes_bf16=*/true);
  LSK3D_CHECK(arguments.checkpoint.empty() != arguments.predictions.empty(), UsageError,
              "expected either --checkpoint FILE or --predictions DIR");
  LSK3D_CHECK(arguments.predictions.empty() || arguments.votes == 1, UsageError,
              "--votes goes with --checkpoint, not with --predictions");
  LSK3D_CHECK(arguments.confusion.empty() || arguments.confusion.ends_with(".png"), UsageError,
              "--confusion ", arguments.confusion, ": expected a name that ends in .png");
  check_outputs({{"--report", arguments.report}, {"--confusion", arguments.confusion}},
                {{"--checkpoint", arguments.checkpoint}, {"--label-map", arguments.label_map}});
  std::optional<LoadedModel> loaded;
  if (!arguments.checkpoint.empty()) {
    loaded = load_checkpoint(arguments.checkpoint);
    loaded->model->to(shared.compute_device());
  }
  const Config config = loaded ? loaded->info.config : Config();
  const LabelMap labels = loaded
                              ? label_map_of(loaded->info, arguments.label_map)
                              : load_label_map(arguments.label_map.empty() ? config.data.label_map
                                                                           : arguments.label_map);
  DatasetOptions options = dataset_options(config);
  options.format = cloud.format(config.data.format, config.model.sensor);
  const SemanticKittiDataset dataset(
      arguments.data, chosen_sequences(arguments.sequences, config.data, arguments.split), labels,
      options);
  require_sequences(arguments.sequences, dataset);
  report(arguments,
         loaded ? with_model(arguments, shared, *loaded, dataset)
                : of_files(arguments, shared, dataset),
         dataset);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* verb = app.add_subcommand(
      "eval",
      "Compares predictions, a model's or those in files, with the labels of a split: IoU per "
      "class and their mean.\n\n"
      "Examples:\n"
      "  lsk3d eval --checkpoint runs/a/best.safetensors --data /data/kitti\n"
      "  lsk3d eval --checkpoint runs/a/best.safetensors --data streets --votes 14 --report "
      "eval.json\n"
      "  lsk3d eval --checkpoint runs/a/best.safetensors --data /data/mine --sequences 03,11:21\n"
      "  lsk3d eval --predictions predictions --data /data/kitti --by-distance\n");
  verb->add_option("--checkpoint", arguments->checkpoint,
                   "model file whose predictions are judged");
  verb->add_option(
      "--predictions", arguments->predictions,
      "or a folder of predictions, sequences/NN/predictions/NNNNNN.label of original ids");
  verb->add_option("--data", arguments->data, "folder that holds sequences/")->required();
  verb->add_option("--split", arguments->split,
                   "train, valid or test, as in the model's configuration; without a model as in "
                   "SemanticKITTI")
      ->capture_default_str();
  verb->add_option("--sequences", arguments->sequences,
                   "folders of sequences, as in 03,11:21, whatever the configuration says");
  verb->add_option(
      "--label-map", arguments->label_map,
      "built-in name or YAML file; by default the model's own, without a model semantic_kitti");
  verb->add_option("--votes", arguments->votes, "augmented copies whose logits are summed; 1: none")
      ->capture_default_str();
  verb->add_option("--protocol", arguments->protocol,
                   "api: semantic-kitti-api's mIoU; lsk3dnet: the authors'")
      ->capture_default_str();
  verb->add_flag("--by-distance", arguments->by_distance,
                 "also by horizontal distance from the sensor, in rings of 10 m");
  verb->add_option("--report", arguments->report, "also writes the result as JSON");
  verb->add_option("--confusion", arguments->confusion,
                   "also draws the confusion matrix into this .png");
  auto cloud = add_cloud_options(*verb);
  auto shared = add_shared_options(*verb);
  verb->callback([arguments, cloud, shared] { run(*arguments, *cloud, *shared); });
}

}  // namespace lsk3d::cli
