// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/engine/checkpoint.h"
#include "lsk3d/engine/predictor.h"

namespace lsk3d::cli {

struct PredictArguments {
  std::string checkpoint, label_map, outside = "nearest";
  int votes = 1;
  // files
  std::vector<std::string> inputs;
  std::string output, format, logits;
  bool recursive = false, overwrite = false;
  // a data set
  std::string data, split = "test", sequences, out, submission;
  bool resume = false, incomplete_submission = false;
};

/// What labels the scans, and how they are read.
struct PredictWork {
  LoadedModel& loaded;
  LabelMap labels;
  PredictSettings settings;
  CloudFormat format;
  bool quiet;
};

/// One scan into one file, whose ending says what it becomes.
void predict_file(const PredictArguments& arguments, const PredictWork& work);
/// Scans into files of their names in a folder; those that are there already stay.
void predict_files(const PredictArguments& arguments, const PredictWork& work);
/// Sequences of a data set into a folder of label files, a submission, or both.
void predict_dataset(const PredictArguments& arguments, const PredictWork& work);

/// Makes a folder and those above it. Throws DataError naming it.
void make_folder(const std::string& path);
/// Makes the folder that `path` is to stand in. Throws DataError naming it.
void make_parent(const std::string& path);

}  // namespace lsk3d::cli
