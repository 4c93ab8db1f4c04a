// SPDX-License-Identifier: MIT
// The files that a predicted scan can become.
#pragma once
#include <cstdint>
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/label_map.h"
#include "lsk3d/data/scan.h"

namespace lsk3d {

enum class PredictionFormat {
  label,  // uint32 raw ids, as SemanticKITTI keeps them
  npy,    // i32 [points] raw ids
  ply,    // x y z remission, the class's colour, the raw id
  pcd,    // the same
};

/// Of "label", "npy", "ply" or "pcd", case aside. Throws UsageError, which `what` opens, on another
/// name.
PredictionFormat parse_prediction_format(const std::string& name, const std::string& what);
/// The format that the ending of `path` names; `what` opens the UsageError where it names none.
PredictionFormat prediction_format_of(const std::string& path, const std::string& what);
/// ".label", ".npy", ".ply" or ".pcd".
std::string ending_of(PredictionFormat format);

/// Writes the training classes i32 [scan.file_points] of a scan, atomically. Row i is row i of the
/// scan's file; in coloured clouds a row without a finite position has NaN for x, y and z. Throws
/// DataError where the disk refuses.
void write_prediction(const std::string& path, PredictionFormat format, const Scan& scan,
                      const Tensor& classes, const LabelMap& labels);

/// The points of a prediction that lies on disk; -1 where there is none or it is damaged.
std::int64_t predicted_points(const std::string& path, PredictionFormat format);

}  // namespace lsk3d
