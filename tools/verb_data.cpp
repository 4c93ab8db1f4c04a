// SPDX-License-Identifier: MIT
#include <iostream>

#include "cloud_options.h"
#include "data_summary.h"
#include "lsk3d/core/check.h"
#include "lsk3d/data/sequence_names.h"
#include "lsk3d/engine/config.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "splits.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct DataArguments {
  std::string root, label_map, sequences, split, config;
  bool json = false;
};

DataReport report_of(const DataArguments& arguments, const CloudOptions& cloud,
                     const SharedOptions& shared) {
  shared.apply();
  const Config config = arguments.config.empty() ? Config{} : load_config(arguments.config);
  LSK3D_CHECK(arguments.split.empty() || arguments.sequences.empty(), UsageError,
              "--split: expected it or --sequences, found both; leave one of them out");
  std::vector<std::string> sequences;
  if (!arguments.split.empty()) sequences = sequences_of(config.data, arguments.split);
  else if (!arguments.config.empty() && arguments.sequences.empty()) {
    sequences = config.data.train;  // what a training with it would read
    sequences.insert(sequences.end(), config.data.valid.begin(), config.data.valid.end());
  }
  if (!arguments.sequences.empty())
    sequences = parse_sequence_names(arguments.sequences, "--sequences");
  std::unique_ptr<ProgressBar> bar;
  CheckSettings settings;
  settings.voxels = config.voxels;
  settings.need_labels = arguments.split != "test";
  settings.format = cloud.format(config.data.format, config.model.sensor);
  settings.progress = [&](std::int64_t done, std::int64_t total) {
    if (!bar) bar = std::make_unique<ProgressBar>("data", "scan", total, shared.quiet);
    bar->update(done);
  };
  return check_dataset(
      arguments.root, sequences,
      load_label_map(arguments.label_map.empty() ? config.data.label_map : arguments.label_map),
      settings);
}

void print(const DataReport& report, bool json) {
  std::cout << (json ? to_json(report).dump(2) + "\n" : to_text(report));
}

/// "1 unreadable scan, 3 missing label files": what there is of each kind.
std::string faults_of(const DataReport& report) {
  std::string text;
  const auto add = [&](std::int64_t count, const char* one, const char* many) {
    if (count > 0) text += str_cat(text.empty() ? "" : ", ", count, " ", count == 1 ? one : many);
  };
  const auto size = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  add(size(report.missing_sequences), "missing sequence", "missing sequences");
  add(size(report.unreadable_scans), "unreadable scan", "unreadable scans");
  add(report.empty_scans, "scan without a point", "scans without a point");
  add(size(report.outside_paths), "scan outside the volume", "scans outside the volume");
  if (report.scans == 0) text += std::string(text.empty() ? "" : ", ") + "no scan";
  if (!report.need_labels) return text;
  add(report.missing_among_others(), "missing label file", "missing label files");
  add(size(report.broken_labels), "broken label file", "broken label files");
  add(size(report.unknown_labels), "unknown label id", "unknown label ids");
  add(size(report.uncounted_sequences()), "sequence without a label that counts",
      "sequences without a label that counts");
  if (report.scans > 0 && report.counted_points() == 0)
    text += std::string(text.empty() ? "" : ", ") + "no point with a label that counts";
  return text;
}

void check(const DataArguments& arguments, const CloudOptions& cloud, const SharedOptions& shared) {
  const DataReport report = report_of(arguments, cloud, shared);
  print(report, arguments.json);
  LSK3D_CHECK(report.ok(), DataError, arguments.root, ": not fit for ",
              report.need_labels ? "training" : "prediction", ": ", faults_of(report),
              "; the report names them");
}

void stats(const DataArguments& arguments, const CloudOptions& cloud, const SharedOptions& shared) {
  print(report_of(arguments, cloud, shared), arguments.json);
}

void add(CLI::App& verb, const char* name, const char* about,
         void (*run)(const DataArguments&, const CloudOptions&, const SharedOptions&)) {
  auto arguments = std::make_shared<DataArguments>();
  CLI::App* sub = verb.add_subcommand(name, about);
  auto cloud = add_cloud_options(*sub);
  auto shared = add_shared_options(*sub);
  sub->add_option("dir", arguments->root, "folder that holds sequences/")->required();
  sub->add_option("--sequences", arguments->sequences,
                  "only these, as in --sequences 00,11:21; without it all");
  sub->add_option("--split", arguments->split, "train, valid or test of --config, else of SemanticKITTI");
  sub->add_option("--config", arguments->config,
                  "YAML file of a training: its label map, volume, clouds, and the sequences that it trains "
                  "and validates on");
  sub->add_option("--label-map", arguments->label_map,
                  "built-in name or YAML file; by default --config's, else semantic_kitti");
  sub->add_flag("--json", arguments->json, "JSON instead of text");
  sub->callback([arguments, cloud, shared, run] { run(*arguments, *cloud, *shared); });
}

}  // namespace

void add_data(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("data",
                                      "Explains a data set.\n\nExamples:\n"
                                      "  lsk3d data check /data/kitti\n"
                                      "  lsk3d data stats streets --sequences 0,8\n");
  verb->require_subcommand(1);
  add(*verb, "check",
      "Reads every file of a data set and names what is wrong with it; exit code 3 where training "
      "would leave scans out or fail.\n\n"
      "Examples:\n  lsk3d data check /data/kitti\n"
      "  lsk3d data check /data/kitti --split test\n"
      "  lsk3d data check /data/mine --config mine.yaml\n  lsk3d data check streets --json\n",
      check);
  add(*verb, "stats",
      "Counts scans and points by sequence and by class.\n\nExamples:\n  lsk3d data stats "
      "/data/kitti\n"
      "  lsk3d data stats streets --sequences 0,8 --json\n",
      stats);
}

}  // namespace lsk3d::cli
