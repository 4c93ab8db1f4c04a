// SPDX-License-Identifier: MIT
// Layers that act on each row alone, run on some of the rows at a time: what lies between them then
// takes the same memory for any number of rows, and on a CPU stays in its caches.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "lsk3d/autograd/variable.h"
#include "lsk3d/nn/module.h"

namespace lsk3d {

/// Whether nothing asks for all rows of what lies between the layers of `module`: no tape, no trace,
/// no observer, and no batch norm in training mode.
bool may_run_in_parts(const Module& module);

/// How many rows a part has on that device.
std::int64_t rows_of_a_part(Device device);

/// layers(begin, end), which gives [end - begin, C], for one part of 0 … `rows` after the other, as
/// one [rows, C]. To be called where may_run_in_parts().
Variable in_parts(std::int64_t rows, Device device,
                  const std::function<Variable(std::int64_t begin, std::int64_t end)>& layers);

/// As above, for the parts from one of `cuts` to the next; they rise from 0.
Variable in_parts(const std::vector<std::int64_t>& cuts,
                  const std::function<Variable(std::int64_t begin, std::int64_t end)>& layers);

}  // namespace lsk3d
