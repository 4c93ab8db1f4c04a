// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/core/tensor.h"
#include "lsk3d/data/cloud_format.h"

namespace lsk3d {

/// A warning that may come with every scan of thousands: the first few of each `kind` are given, then
/// one line says that more of it are not. Thread-safe.
void log_scan_warning(const std::string& kind, const std::string& message);

/// Warns where the numbers of a file without a header tell of another layout than the one that they
/// were read by, or where coordinates are no metres from a sensor. `points` f32 [N, 4] as in the file.
/// True where what they are taken for can hardly be right.
bool warn_of_layout(const std::string& path, const CloudFormat& format, const Tensor& points);

}  // namespace lsk3d
