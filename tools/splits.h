// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/data/dataset.h"
#include "lsk3d/engine/config.h"

namespace lsk3d::cli {

/// The sequences of "train", "valid" or "test"; UsageError on another name.
std::vector<std::string> sequences_of(const DataSettings& data, const std::string& split);

/// Those that `option`, the value of --sequences, names, whatever the configuration says; where it
/// is empty, those of the split.
std::vector<std::string> chosen_sequences(const std::string& option, const DataSettings& data,
                                          const std::string& split);

/// Whoever names sequences gets all of them: DataError where `dataset` lacks scans of one that
/// `option` names, UsageError where two names mean one folder. Nothing where `option` is empty.
void require_sequences(const std::string& option, const SemanticKittiDataset& dataset);

}  // namespace lsk3d::cli
