// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lsk3d/io/safetensors.h"
#include "lsk3d/nn/module.h"

namespace lsk3d {

/// Everything a state consists of: (full name, tensor that shares the module's memory).
std::vector<std::pair<std::string, Tensor>> state_of(Module& module);

/// Turns a tensor of the file into the layout of the module's tensor `target`; returns an undefined
/// tensor where its shape does not fit.
using StateConversion = std::function<Tensor(const Tensor& found, const Tensor& target)>;

/// What `file` holds under `prefix` for each entry of state_of(module), in its order, layout and dtype.
/// Names every missing, unexpected or misshapen one in one DataError.
std::vector<Tensor> matching_state(Module& module, const TensorFile& file,
                                   const std::string& prefix,
                                   const StateConversion& convert,
                                   const std::function<bool(const std::string& name)>& ignored);

/// Copies `values`, as matching_state() returns them, into the module.
void copy_state(Module& module, const std::vector<Tensor>& values);

}  // namespace lsk3d
