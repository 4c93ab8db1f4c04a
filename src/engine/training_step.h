// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "lsk3d/data/sample.h"
#include "lsk3d/engine/config.h"
#include "lsk3d/models/lsk3dnet.h"

namespace lsk3d {

struct StepLosses {
  double total = 0, cross_entropy = 0, lovasz = 0;
  double grad_norm = 0;  // before clipping
};

/// Forward pass, loss (MODEL section 5) and backward pass; gradients are left in the parameters. Throws
/// DataError naming `step`, the batch's files and the first bad layer where a number is not finite.
StepLosses compute_gradients(Lsk3dNet& model, const Batch& batch, const Tensor& class_weights,
                             const TrainSettings& settings, std::int64_t step);

}  // namespace lsk3d
