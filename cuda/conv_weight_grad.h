// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/conv.h"

namespace lsk3d::cuda {

void conv_weight_grad(const ConvWeightGradArgs& args);

}  // namespace lsk3d::cuda
