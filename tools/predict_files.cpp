// SPDX-License-Identifier: MIT
#include <filesystem>

#include "lsk3d/core/check.h"
#include "lsk3d/io/folder_lock.h"
#include "lsk3d/io/npy.h"
#include "lsk3d/io/stale_files.h"
#include "output_files.h"
#include "predict_work.h"
#include "prediction_inputs.h"
#include "scan_labeller.h"

namespace lsk3d::cli {

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  LSK3D_CHECK(!error, DataError, path, ": cannot make this folder: ", error.message());
}

void make_parent(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) make_folder(parent.string());
}

namespace {

/// Writes the points where the file has them, not where the network's sensor would stand.
void write(const std::string& path, PredictionFormat format, const ScanLabeller::Labelled& labelled,
           const PredictWork& work) {
  Scan scan = labelled.scan.scan;
  if (work.format.raise != 0) {
    scan.points = scan.points.clone();
    for (std::int64_t i = 0; i < scan.points.dim(0); ++i)
      scan.points.data<float>()[4 * i + 2] -= static_cast<float>(work.format.raise);
  }
  write_prediction(path, format, scan, labelled.prediction.classes, work.labels);
}

}  // namespace

void predict_file(const PredictArguments& arguments, const PredictWork& work) {
  const std::string& input = arguments.inputs.front();
  const PredictionFormat format = prediction_format_of(arguments.output, "--output");
  LSK3D_CHECK(
      arguments.format.empty() || parse_prediction_format(arguments.format, "--format") == format,
      UsageError, "--format ", arguments.format, ": the name of --output ", arguments.output,
      " says another; leave --format out");
  check_outputs({{"--output", arguments.output}, {"--save-logits", arguments.logits}},
                {{"--input", input}, {"--checkpoint", arguments.checkpoint}});
  make_parent(arguments.output);  // before the work
  if (!arguments.logits.empty()) make_parent(arguments.logits);
  ScanLabeller labeller(*work.loaded.model, work.labels, work.settings, 1, /*skip_bad=*/false,
                        work.quiet);
  const auto labelled = labeller.next([&] {
    LabelledScan scan;
    scan.scan = read_scan(input, work.format);
    return scan;
  });
  write(arguments.output, format, *labelled, work);
  if (!arguments.logits.empty()) write_npy(arguments.logits, labelled->prediction.logits);
  labeller.finish();
}

void predict_files(const PredictArguments& arguments, const PredictWork& work) {
  LSK3D_CHECK(arguments.logits.empty(), UsageError,
              "--save-logits goes with one scan, --input FILE --output FILE");
  const PredictionFormat format =
      parse_prediction_format(arguments.format.empty() ? "label" : arguments.format, "--format");
  const std::vector<PredictionPaths> scans =
      prediction_paths(arguments.inputs, arguments.output, format, arguments.recursive);
  make_folder(arguments.output);
  const FolderLock lock(arguments.output, "lsk3d predict");
  remove_stale_files(arguments.output, arguments.recursive);
  ScanLabeller labeller(*work.loaded.model, work.labels, work.settings, scans.size(),
                        /*skip_bad=*/true, work.quiet);
  for (const PredictionPaths& paths : scans) {
    if (labeller.stopped()) break;
    const auto labelled = labeller.next(
        [&] {
          LabelledScan scan;
          scan.scan = read_scan(paths.input, work.format);
          return scan;
        },
        [&](const Scan& scan) {
          return !arguments.overwrite && predicted_points(paths.output, format) == scan.file_points;
        });
    if (!labelled) continue;
    make_parent(paths.output);
    write(paths.output, format, *labelled, work);
  }
  labeller.finish();
}

}  // namespace lsk3d::cli
