// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/nn/module.h"

namespace lsk3d {

/// Appends all parameters and buffers under `prefix` + full name: shared, not copied, where the model is
/// on the CPU.
void save_state(Module& model, TensorFile& file, const std::string& prefix = "");

/// Copies tensors of `file` into the model. Every missing, unexpected (within `prefix`) or
/// misshapen tensor is named in one DataError, and then nothing was changed.
void load_state(Module& model, const TensorFile& file, const std::string& prefix = "");

}  // namespace lsk3d
