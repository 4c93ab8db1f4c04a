// SPDX-License-Identifier: MIT
#include <iostream>

#include "data_summary.h"
#include "lsk3d/core/check.h"
#include "lsk3d/data/sequence_names.h"
#include "progress_bar.h"
#include "shared_options.h"
#include "verbs.h"

namespace lsk3d::cli {
namespace {

struct DataArguments {
  std::string root, label_map = "semantic_kitti";
  std::string sequences;
  bool json = false;
};

DataReport report_of(const DataArguments& arguments, const SharedOptions& shared) {
  shared.apply();
  std::unique_ptr<ProgressBar> bar;
  std::vector<std::string> sequences;
  if (!arguments.sequences.empty())
    sequences = parse_sequence_names(arguments.sequences, "--sequences");
  return check_dataset(arguments.root, sequences, load_label_map(arguments.label_map), {},
                       [&](std::int64_t done, std::int64_t total) {
                         if (!bar)
                           bar = std::make_unique<ProgressBar>("data", "scan", total, shared.quiet);
                         bar->update(done);
                       });
}

void print(const DataReport& report, bool json) {
  std::cout << (json ? to_json(report).dump(2) + "\n" : to_text(report));
}

void check(const DataArguments& arguments, const SharedOptions& shared) {
  const DataReport report = report_of(arguments, shared);
  print(report, arguments.json);
  LSK3D_CHECK(report.ok(), DataError, arguments.root,
              ": not fit for training: ", report.unreadable_scans.size(), " unreadable scans, ",
              report.broken_labels.size(), " broken label files, ", report.unknown_labels.size(),
              " unknown label ids, ", report.missing_sequences.size(), " missing sequences, ",
              report.labelled_scans, " labelled scans; the report names them");
}

void stats(const DataArguments& arguments, const SharedOptions& shared) {
  print(report_of(arguments, shared), arguments.json);
}

void add(CLI::App& verb, const char* name, const char* about,
         void (*run)(const DataArguments&, const SharedOptions&)) {
  auto arguments = std::make_shared<DataArguments>();
  CLI::App* sub = verb.add_subcommand(name, about);
  auto shared = add_shared_options(*sub);
  sub->add_option("dir", arguments->root, "folder that holds sequences/")->required();
  sub->add_option("--sequences", arguments->sequences,
                  "only these, as in --sequences 00,11:21; without it all");
  sub->add_option("--label-map", arguments->label_map, "built-in name or YAML file")
      ->capture_default_str();
  sub->add_flag("--json", arguments->json, "JSON instead of text");
  sub->callback([arguments, shared, run] { run(*arguments, *shared); });
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
      "would fail.\n\n"
      "Examples:\n  lsk3d data check /data/kitti\n  lsk3d data check streets --json\n",
      check);
  add(*verb, "stats",
      "Counts scans and points by sequence and by class.\n\nExamples:\n  lsk3d data stats "
      "/data/kitti\n"
      "  lsk3d data stats streets --sequences 0,8 --json\n",
      stats);
}

}  // namespace lsk3d::cli
