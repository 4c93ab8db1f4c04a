// SPDX-License-Identifier: MIT
#include <filesystem>
#include <optional>

#include "lsk3d/core/check.h"
#include "lsk3d/engine/prediction_file.h"
#include "lsk3d/engine/submission.h"
#include "lsk3d/io/folder_lock.h"
#include "lsk3d/io/stale_files.h"
#include "output_files.h"
#include "predict_work.h"
#include "scan_labeller.h"
#include "splits.h"

namespace lsk3d::cli {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

void predict_dataset(const PredictArguments& arguments, const PredictWork& work) {
  const Config& config = work.loaded.info.config;
  DatasetOptions options = dataset_options(config, /*need_labels=*/false);
  options.format = work.format;
  const SemanticKittiDataset dataset(
      arguments.data, chosen_sequences(arguments.sequences, config.data, arguments.split),
      work.labels, options);
  require_sequences(arguments.sequences, dataset);
  std::optional<FolderLock> lock;
  std::optional<Submission> submission;
  if (!arguments.submission.empty()) {
    make_parent(arguments.submission);
    check_outputs({{"--submission", arguments.submission}},
                  {{"--checkpoint", arguments.checkpoint}});
    const std::string beside = std::filesystem::path(arguments.submission).parent_path().string();
    remove_stale_files(beside.empty() ? "." : beside);
    submission.emplace(arguments.submission, dataset, arguments.incomplete_submission);
  }
  if (!arguments.out.empty()) {
    make_folder(arguments.out);
    lock.emplace(arguments.out, "lsk3d predict");
    remove_stale_files(arguments.out + "/sequences", /*recursive=*/true);
  }
  // Hours of work for an archive that will not be written help nobody.
  const bool stop_at_bad = arguments.out.empty() && !arguments.incomplete_submission;
  ScanLabeller labeller(*work.loaded.model, work.labels, work.settings, dataset.size(),
                        config.data.skip_bad && !stop_at_bad, work.quiet,
                        ", sequences " + joined(dataset.sequences()));
  for (std::size_t i = 0; i < dataset.size() && !labeller.stopped(); ++i) {
    const auto& entry = dataset.entries()[i];
    const std::string path = str_cat(arguments.out, "/sequences/", entry.sequence, "/predictions/",
                                     entry.name, ".label");
    bool is_there = false;
    const auto labelled = labeller.next(
        [&] { return dataset.read(i); },
        [&](const Scan& scan) {
          is_there = arguments.resume &&
                     predicted_points(path, PredictionFormat::label) == scan.file_points;
          return is_there;
        });
    if (!labelled && !is_there) continue;
    const Tensor raw =
        is_there ? read_labels(path) : work.labels.raw_of(labelled->prediction.classes);
    if (is_there) work.labels.classes_of(raw, path);  // refuses ids of another label map
    if (!is_there && !arguments.out.empty()) {
      make_parent(path);
      write_labels(path, raw);
    }
    if (submission) submission->add(entry, raw);
  }
  const bool packed = submission && !labeller.stopped() &&
                      (labeller.failures() == 0 || arguments.incomplete_submission);
  if (packed) submission->finish();
  labeller.finish(submission && !packed ? str_cat("; ", arguments.submission,
                                                  " would be incomplete and is not written")
                                        : "");
}

}  // namespace lsk3d::cli
