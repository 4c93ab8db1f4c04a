// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace lsk3d {

/// One page without outside parts: the loss curve and the mIoU of the validations from the lines of
/// metrics.jsonl, the per-class table and the confusion matrix from the JSON of the last validation (may be empty), and the
/// configuration.
std::string training_report_html(const std::string& metrics_lines, const std::string& valid_json,
                                 const std::string& config_yaml);

}  // namespace lsk3d
