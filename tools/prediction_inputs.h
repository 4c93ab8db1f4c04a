// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/engine/prediction_file.h"

namespace lsk3d::cli {

/// A scan and the file that its prediction goes to.
struct PredictionPaths {
  std::string input, output;
};

/// Whether `inputs` mean a single file by its name.
bool is_single_file(const std::vector<std::string>& inputs);

/// The scans that `inputs` mean, files, folders or patterns with * ? [ ], in the order given and by
/// name, each with its own name in the folder `output`. `recursive`: those in folders inside
/// folders as well, which are kept below `output`. Throws DataError where there is none or two
/// would have one output, UsageError where outputs would stand among the inputs and be taken for
/// scans.
std::vector<PredictionPaths> prediction_paths(const std::vector<std::string>& inputs,
                                              const std::string& output, PredictionFormat format,
                                              bool recursive);

}  // namespace lsk3d::cli
