// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/nn/module.h"

namespace lsk3d {

/// Appends all parameters and buffers under `prefix` + full name: shared, not copied, where the
/// model is on the CPU.
void save_state(Module& model, TensorFile& file, const std::string& prefix = "");

/// Copies tensors of `file` into the model. Every missing, unexpected (within `prefix`) or
/// misshapen tensor is named in one DataError, and then nothing was changed.
void load_state(Module& model, const TensorFile& file, const std::string& prefix = "");

/// As load_state, but the parameters of the model, which is on the CPU, take over the memory of the
/// file's tensors: half the memory and time for a large model.
void take_state(Module& model, TensorFile file);

/// Copies every tensor that has the same name and shape in both models. Returns the names of those in
/// `to` that got nothing.
std::vector<std::string> copy_fitting_state(Module& from, Module& to);

}  // namespace lsk3d
