// SPDX-License-Identifier: MIT
#include <iostream>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/evaluator.h"
#include "lsk3d/io/file.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "splits.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct EvalArguments {
  std::string checkpoint, data, sequences, label_map, split = "valid", protocol = "api", report;
  int votes = 1;
};

void run(const EvalArguments& arguments, const SharedOptions& shared) {
  shared.apply(/*takes_bf16=*/true);
  LoadedModel loaded = load_checkpoint(arguments.checkpoint);
  loaded.model->to(shared.compute_device());
  const Config& config = loaded.info.config;
  const SemanticKittiDataset dataset(
      arguments.data, chosen_sequences(arguments.sequences, config.data, arguments.split),
      label_map_of(loaded.info, arguments.label_map), dataset_options(config));
  require_sequences(arguments.sequences, dataset);
  PredictSettings settings;
  settings.votes = arguments.votes;
  settings.precision = shared.compute_precision();
  settings.seed = shared.seed >= 0 ? static_cast<std::uint64_t>(shared.seed) : 0;
  settings.trained_on = loaded.info.input;
  EvalResult result;
  {
    ProgressBar bar("eval", "scan", static_cast<std::int64_t>(dataset.size()), shared.quiet);
    result = evaluate(*loaded.model, dataset, settings, arguments.protocol,
                      [&](std::int64_t done, std::int64_t) { bar.update(done); });
  }
  LSK3D_CHECK(result.scans > 0 || result.left_out == 0, DataError, arguments.data,
              ": none of the ", result.left_out, " scans of split ", arguments.split,
              " can be used; the warnings say why (data.skip_bad: false ends with the first)");
  const std::vector<std::string>& names = dataset.labels().class_names;
  std::cout << format_table(result, names, arguments.split);
  if (!arguments.report.empty())
    write_text_file_atomic(arguments.report, to_json(result, names, arguments.split));
}

}  // namespace

void add_eval(CLI::App& app) {
  auto arguments = std::make_shared<EvalArguments>();
  CLI::App* verb = app.add_subcommand(
      "eval",
      "Compares a model's predictions with the labels of a split: IoU per class and their mean.\n\n"
      "Examples:\n"
      "  lsk3d eval --checkpoint runs/a/best.safetensors --data /data/kitti\n"
      "  lsk3d eval --checkpoint runs/a/best.safetensors --data streets --votes 14 --report eval.json\n"
      "  lsk3d eval --checkpoint runs/a/best.safetensors --data /data/mine --sequences 03,11:21\n");
  auto shared = add_shared_options(*verb);
  verb->add_option("--checkpoint", arguments->checkpoint, "model file")->required();
  verb->add_option("--data", arguments->data, "folder that holds sequences/")->required();
  verb->add_option("--split", arguments->split, "train, valid or test, as in the model's configuration")
      ->capture_default_str();
  verb->add_option("--sequences", arguments->sequences,
                   "folders of sequences, as in 03,11:21, whatever the configuration says");
  verb->add_option("--label-map", arguments->label_map,
                   "built-in name or YAML file; by default the model's own");
  verb->add_option("--votes", arguments->votes, "augmented copies whose logits are summed; 1: none")
      ->capture_default_str();
  verb->add_option("--protocol", arguments->protocol,
                   "api: semantic-kitti-api's mIoU; lsk3dnet: the authors'")
      ->capture_default_str();
  verb->add_option("--report", arguments->report, "also writes the result as JSON");
  verb->callback([arguments, shared] { run(*arguments, *shared); });
}

}  // namespace lsk3d::cli
