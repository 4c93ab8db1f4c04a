// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/data/image.h"
#include "lsk3d/metrics/confusion_matrix.h"

namespace lsk3d {

/// The classes that occur as label or prediction of labelled points, labels in rows and predictions
/// in columns: each cell's share of its row as shade and in percent, what is right in another
/// colour than what is wrong. `class_names` by training class. Throws UsageError where more than
/// 256 classes occur.
Image draw_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& class_names);

/// The classes of draw_confusion.
std::vector<int> occurring_classes(const ConfusionMatrix& matrix);

}  // namespace lsk3d
