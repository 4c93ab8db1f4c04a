// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "lsk3d/core/dtype.h"

namespace lsk3d {

struct ExportReport {
  std::string layout;  // how pruned kernels are stored: element, offset or block
  int packed = 0;      // kernels stored without their pruned weights
  int folded = 0;      // batch norms moved into the weights beside them
  int channels = 0;    // width of the model
  std::int64_t parameters = 0, nonzero = 0;
  std::uintmax_t bytes_before = 0, bytes_after = 0;  // file sizes
};

/// Writes the deployable form of a model file: pruned weights dropped, batch norms folded, weights
/// as `dtype` (f32 or bf16). It loads wherever a model file does. `label_map`: a built-in name or a
/// file to carry instead of the model's own. Throws DataError where `checkpoint` is no model file or
/// `out` cannot be written, UsageError on another dtype, a map of another number of classes, or
/// where both are the same file.
ExportReport export_model(const std::string& checkpoint, const std::string& out,
                          DType dtype = DType::f32, const std::string& label_map = "");

}  // namespace lsk3d
