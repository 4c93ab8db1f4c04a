// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/nn/parameter.h"

namespace lsk3d {

/// What the traced pass read from outside. Throws InternalError where there is a second such tensor: it
/// was made by an op that takes no part in tracing, and what hangs together by that op would be missed.
const Tensor& only_source(const OpTrace& trace, const std::vector<Parameter*>& parameters);

}  // namespace lsk3d
