// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lsk3d/autograd/op_trace.h"
#include "lsk3d/nn/parameter.h"

namespace lsk3d {

/// Moves what batch norms do in evaluation mode into the weights beside them, so that the model
/// computes the same to rounding: the scale into the linear layer or conv whose output it alone
/// reads, or scale and shift into the linear layer with bias that alone reads the norm. Such a norm
/// is left with scale 1, running mean 0 and running variance 1, and with bias 0 wherever a linear
/// layer has one to take it. `trace`: of one forward pass. Returns how many norms were folded.
int fold_norms(const OpTrace& trace, const std::vector<Parameter*>& parameters);

}  // namespace lsk3d
