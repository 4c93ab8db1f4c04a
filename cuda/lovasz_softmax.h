// SPDX-License-Identifier: MIT
#pragma once
#include "lsk3d/kernels/loss.h"

namespace lsk3d::cuda {

void lovasz_softmax(const LossArgs& args);

}  // namespace lsk3d::cuda
